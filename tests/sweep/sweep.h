/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/sweep/sweep.h - the life of PID 1 with one system call failing
 */
#ifndef TESTS_SWEEP_SWEEP_H
#define TESTS_SWEEP_SWEEP_H

#include "tests/sweep/life.h"

/*
 * Which points are tried: every @stride-th call, beginning with the
 * (@offset + 1)-th. With a stride over 1 each call fails in one way, in turns.
 */
struct sweep_choice {
	unsigned int stride, offset;
	unsigned int workers; /* lives at a time */
	bool lasts; /* a call fails from then on, in one way, in turns */
};

struct sweep_result {
	unsigned int points; /* lives with a fault in them */
	unsigned int failed; /* of those */
	unsigned int pushed; /* of those that ended: only when asked again */
	unsigned int calls;  /* of the life without a fault */
	unsigned int slowest_ms;
};

/*
 * sweep_run() - all chosen points of one plan
 *
 * Each that fails is told on stdout, with what the console said.
 * Return: 0: @ret is written; -errno of life_run(), or -EUCLEAN: not even
 *	the life without a fault went well
 */
int sweep_run(const struct life_plan *plan, enum life_who who,
	      const struct sweep_choice *choice, struct sweep_result *ret);

/* sweep_plans[] - the lives that are swept; ends with a NULL name */
extern const struct life_plan sweep_plans[];

#endif
