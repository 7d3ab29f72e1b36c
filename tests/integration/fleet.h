/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/fleet.h - appliances that are restarted at random
 *
 * Theory of operation: three of them in a space (tests/integration/space.h),
 * each in QEMU with all of its memory there from the start (-mem-prealloc). The
 * space has room for all of them and for a second generation of the smallest,
 * of none of the others. Now this one, now that one is begun again, in a way
 * that is drawn, before the others are through; and how long its memory takes
 * to come back is drawn, too. Equal seeds draw the same.
 */
#ifndef TESTS_INTEGRATION_FLEET_H
#define TESTS_INTEGRATION_FLEET_H

#include "tests/integration/member.h"

enum { FLEET = 3 };

struct fleet_plan {
	bool guard;	  /* else what does not fit starts anyway */
	bool until_over;  /* and no further */
	uint32_t seed;	  /* not 0 */
	uint32_t mib;	  /* of the largest guest */
	uint32_t at_most; /* restarts */
	int64_t at_most_ms;
};

struct fleet {
	struct fleet_plan plan;
	struct space space;
	uint64_t limit, line; /* bytes: of the space; less its reserve */
	struct member member[FLEET];
	uint32_t random;
	int64_t next_ms, begun_ms;
};

/*
 * fleet_open() - all of them, serving
 * Return: false: there can be no such space here
 */
bool fleet_open(struct fleet *f, const struct fleet_plan *plan);

/* fleet_run() - begin them again until the plan is done, and all serve */
void fleet_run(struct fleet *f);

/* fleet_stop() - each in order, after which nothing of them is left */
void fleet_stop(struct fleet *f);

/* fleet_over() - the space held more than its limit less its reserve */
bool fleet_over(const struct fleet *f);

/* fleet_waited() - how many restarts had to wait for memory */
uint32_t fleet_waited(const struct fleet *f);

/* fleet_tell() - the figures, on a line of their own */
void fleet_tell(const struct fleet *f);

/* fleet_close() - whatever is left of it; due also where there was no space */
void fleet_close(struct fleet *f);

#endif
