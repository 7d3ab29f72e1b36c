/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/rival.h - somebody who wants the same CPU
 *
 * Theory of operation: what a process takes depends on what else the machine
 * does meanwhile, the more so the shorter it is. A rival makes it long and even:
 * it spins on the CPU that the other one may use alone, and counts nine times as
 * much. Both count for so much more than ordinary processes that those hardly
 * matter (sched(7): nice values, and those of autogroups). That takes
 * CAP_SYS_NICE. Without it the rival is an ordinary one, and the other counts
 * for less: then a busy machine is in the result.
 */
#ifndef TESTS_BENCH_RIVAL_H
#define TESTS_BENCH_RIVAL_H

#include <stdbool.h>
#include <sys/types.h>

struct rival {
	pid_t pid;     /* 0: none */
	bool outranks; /* whatever else runs */
};

/*
 * rival_start() - leave @slowed about a tenth of one CPU
 * @slowed:	a process of one thread, in a session of its own
 * @r:		the caller's until rival_end(), also on failure
 * Return: 0; else -errno (@error)
 */
int rival_start(struct rival *r, pid_t slowed, char *error);

/* rival_end() - end it; takes none */
void rival_end(struct rival *r);

#endif
