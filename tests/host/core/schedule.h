/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/core/schedule.h - a random day of a host full of shims
 *
 * For tests and for the number `overcommit`. Generations of random needs come,
 * wait in the order of priority and arrival, start, touch their memory bit by
 * bit, and end by draining; who may start is decided by host/core/admission on
 * what a shim would see.
 */
#ifndef TESTS_HOST_CORE_SCHEDULE_H
#define TESTS_HOST_CORE_SCHEDULE_H

#include <stdint.h>

struct schedule {
	double worst; /* the most that was admitted at once, of what there is */
	uint32_t started, refused, turns; /* how many; turns: had to wait */
	uint32_t late; /* started while one was ahead of them in the queue */
	uint32_t left; /* still waited when all others had ended */
};

/* schedule_run() - one of them. Equal seeds, equal results */
void schedule_run(uint64_t seed, struct schedule *ret);

#endif
