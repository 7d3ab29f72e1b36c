/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/handover.h - one process, two programs: a live handover
 *
 * Theory of operation: a shim that is to make room for a newer program executes
 * that program in its own place: same process, same arguments, same
 * environment. What a process has it keeps over exec: its children (so QEMU's
 * wait status and its helper still come home), its locks (so nobody else can
 * take charge meanwhile), and these descriptors, by their numbers in
 * REPRISE_HANDOVER. Callers who connect meanwhile wait in the backlog of
 * sockets that never close; who waits for an answer already gets it from the
 * new program. From there on it is the start path of any shim: adopt what is
 * there, else launch.
 */
#ifndef HOST_HANDOVER_H
#define HOST_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/qemu/orphan.h"

/* All calls that may wait, and that of the handover; all that may drain, and the
 * generation that runs, or the start that waits. */
enum { HANDOVER_CALLS = 17, HANDOVER_PROMISES = 6 };

struct handover {
	bool given;  /* else the rest means nothing */
	int lock;    /* runtime.shim_fd */
	int control; /* listening; likewise the next */
	int console;
	int launcher; /* struct launcher; -1: none; likewise the next two */
	int ready;    /* shim_options.ready_fd */
	int ring;     /* console_keep() */
	int score;    /* process.score_fd of QEMU */
	struct identity_of_process qemu; /* that runs; all zero: none */
	pid_t launcher_pid;
	uid_t uid; /* as whom it starts QEMU */
	gid_t gid;
	size_t calls;
	struct handover_call {
		int fd;		/* the connection; -1: it was taken */
		int more;	/* it wants to hear of the state until then */
		int memory;	/* struct shim_call */
	} call[HANDOVER_CALLS]; /* open ones; first that of the handover */
	size_t promises;
	int promise[HANDOVER_PROMISES]; /* slots of the ledger; -1: closed */
};

/*
 * handover_take() - what the program before this one left to it
 *
 * Takes REPRISE_HANDOVER out of the environment. Words that are no open
 * descriptors are as good as none. All are CLOEXEC afterwards.
 */
void handover_take(struct handover *h);

/*
 * handover_retaken() - the slots of the ledger are held beside these by now
 *
 * Held over exec, so that nobody else is promised what is not free yet.
 */
void handover_retaken(struct handover *h);

/* handover_close() - what was not taken over */
void handover_close(struct handover *h);

/*
 * handover_exec() - become @program
 * Return: only on failure: -errno, and everything is as it was
 */
int handover_exec(const struct handover *h, const char *program);

#endif
