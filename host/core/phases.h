/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/phases.h - where the time of a start, restart or stop went
 *
 * Theory of operation: the lifecycle marks moments; a phase is the time from
 * the latest mark before to a mark, and bears the name of what was waited for.
 * Times are CLOCK_MONOTONIC in microseconds; 0 means that it did not happen.
 * Pure.
 */
#ifndef HOST_CORE_PHASES_H
#define HOST_CORE_PHASES_H

#include <stddef.h>
#include <stdint.h>

enum mark {
	MARK_ASKED,    /* an operator's wish, or QEMU's end unasked */
	MARK_INTENT,   /* the guest's INTENT, and our GRANT */
	MARK_QUIESCED, /* QUIESCED, and our COMMIT */
	MARK_SHUTDOWN, /* QEMU's first word that the epoch is over */
	MARK_STOP,     /* its STOP */
	MARK_DECIDED,  /* the planner chose; reset or quit was sent */
	MARK_RESET,    /* QEMU's RESET */
	MARK_CONT,     /* cont was sent */
	MARK_EXITED,   /* QEMU reaped */
	MARK_MEMORY,   /* its memory is back */
	MARK_WAITED,   /* the pause after a failure is over */
	MARK_ADMITTED, /* the ledger had room, after a wait for it */
	MARK_LAUNCHED, /* a new QEMU was started */
	MARK_RUNNING,  /* and its first cont was sent */
	MARK_HELLO,
	MARK_PAUSED,	/* its boot gave way to one that drains */
	MARK_CONTINUED, /* and went on */
	MARK_READY,
	MARKS,
};

struct marks {
	uint64_t at_us[MARKS];
};

struct phase {
	const char *name;
	uint64_t us;
};

/*
 * phases_list() - the phases of @m in the order of time
 * Return: how many, below MARKS
 */
size_t phases_list(const struct marks *m, struct phase list[static MARKS]);

/* phases_total() - first mark to last, microseconds */
uint64_t phases_total(const struct marks *m);

/*
 * phases_down() - how long the guest did not serve, microseconds
 *
 * That is from its INTENT, or else the first sign of its end, to READY.
 * Return: 0: it has not ended, or was not ready again
 */
uint64_t phases_down(const struct marks *m);

/*
 * phases_boot() - a new QEMU, from its first cont to READY, but for the time
 *	that it was paused, microseconds
 * Return: 0: it was not new, or not ready
 */
uint64_t phases_boot(const struct marks *m);

/* mark_name() - a short word, for JSON: "asked", "stop" */
const char *mark_name(enum mark m);

#endif
