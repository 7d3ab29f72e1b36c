/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/ending.h - end a QEMU whose shim has gone
 *
 * Theory of operation: the last steps of the lifecycle's escalation, for a verb
 * that has neither a loop nor a guest to ask: SIGTERM; where that does not end
 * it, SIGKILL; then its helper is nudged, and its memory waited for. Signals go
 * to QEMU alone, by pidfd, and to the helper only when QEMU has ended
 * (host/qemu/process.h). No wait is without a deadline; where memory may be
 * destroyed it is destroy_ms() of what is still held.
 */
#ifndef HOST_QEMU_ENDING_H
#define HOST_QEMU_ENDING_H

#include <stdint.h>

#include "host/core/phases.h"

struct process;

enum ending_step { ENDING_TERM, ENDING_KILL, ENDING_DRAIN };

struct ending {
	struct process *process; /* QEMU, or what is left of it: its helper */
	const char *mark;	 /* of process_find_helper() */
	uint32_t exit_ms;	 /* SIGTERM has so long */
	/* at the begin of each step, and once a second while it lasts */
	void (*tell)(void *ctx, enum ending_step step, uint32_t left_ms);
	void *ctx;
	enum ending_step step; /* out: the last one */
	struct marks marks;    /* out: ASKED, EXITED, MEMORY */
};

/*
 * ending_run() - until nothing is left of it
 * @e->process:	held by pidfd, of process_adopt() or process_adopt_helper();
 *		what has ended is closed
 * Return: 0; -ETIMEDOUT: what @e->step should have ended is still there;
 *	-EPERM: QEMU is another user's; else -errno of the signal
 */
int ending_run(struct ending *e);

#endif
