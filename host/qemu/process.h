/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/process.h - QEMU as a process, and what is left of it
 *
 * Theory of operation: QEMU runs in the foreground, as a child of the shim and
 * in a session of its own (a ^C at the shim's terminal is the shim's to
 * answer), seen through a pidfd. With async teardown it has a helper that
 * shares its memory, cleanup/<pid> (QEMU system/async-teardown.c): while the
 * helper lives, so does the memory, however long QEMU itself has been gone.
 * The shim is a subreaper, so the helper comes home to it when QEMU ends.
 *
 * The order of killing is fixed: QEMU alone; and only when it has been reaped,
 * the helper, which otherwise looks for its parent's end once a second. The
 * other way round QEMU's own exit would have to free the memory.
 */
#ifndef HOST_QEMU_PROCESS_H
#define HOST_QEMU_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct launcher;
struct spawn;

struct process {
	pid_t pid;
	int pidfd; /* -1: none */
	pid_t helper;
	uint64_t helper_start; /* proc_start() of it */
	int helper_pidfd;      /* -1: none was found */
	bool in_cgroup;	       /* it was born in the leaf meant for it */
	bool in_memory_group;  /* likewise, where the controller is of v1 */
	int score_fd;	       /* host/memory/victim.h, of this QEMU; 0: none */

	/* once they were reaped: as process_reap() says it */
	int status, helper_status;
	uint64_t helper_cpu_us; /* 0: nobody can tell */
};

#define PROCESS_NONE ((struct process){ .pidfd = -1, .helper_pidfd = -1 })

/*
 * process_spawn() - start a program, as @l->who
 * @l:		NULL: as whoever we are
 * @p:		written whole, also on failure; both pidfds are the caller's
 *		until process_close()
 * Return: 0; else -errno, of execvp() too
 */
int process_spawn(struct process *p, const struct launcher *l,
		  const struct spawn *s);

/*
 * process_find_helper() - learn cleanup/<pid>, which QEMU makes before it
 *	speaks QMP
 * @mark:	lockmark_make() of its appliance's lock; "": none is known
 *
 * Below QEMU, below us once QEMU has gone, or anywhere if QEMU was no child of
 * ours: there only who bears the mark is believed, for anybody may have the
 * name.
 * Return: 0; -ESRCH: there is none, the teardown will be synchronous
 */
int process_find_helper(struct process *p, const char *mark);

/*
 * process_adopt() - get hold of a QEMU that another shim has started
 * @start:	proc_start() of it, so that no later owner of its pid is meant
 * Return: 0; -ESRCH: it has gone; else -errno
 */
int process_adopt(struct process *p, pid_t pid, uint64_t start);

/*
 * process_adopt_helper() - likewise, of a QEMU that has gone
 * @qemu:	the pid that it had; 0: not known
 * Return: 0; -ESRCH: it has gone; else -errno
 */
int process_adopt_helper(struct process *p, pid_t qemu, pid_t helper,
			 uint64_t start);

/* process_signal() - to QEMU alone. Return: 0; else -errno */
int process_signal(const struct process *p, int sig);

/* process_ended() - has QEMU? False where none is held */
bool process_ended(const struct process *p);

/*
 * process_reap() - QEMU's pidfd is readable
 * Return: its wait status; -1: nobody can tell, for it was no child of ours
 *	(Linux before 6.15, or its parent does not reap it)
 */
int process_reap(struct process *p);

/* process_bury() - likewise, where nobody asks how it ended: never waits */
void process_bury(struct process *p);

/* process_nudge_helper() - QEMU was reaped: the helper need not wait */
void process_nudge_helper(const struct process *p);

/* process_reap_helper() - its pidfd is readable: the memory is back; never
 * waits */
void process_reap_helper(struct process *p);

/* process_close() - close the pidfds; takes a closed one */
void process_close(struct process *p);

#endif
