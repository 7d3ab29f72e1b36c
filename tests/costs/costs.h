/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/costs/costs.h - what each way to restart a secure guest would cost
 *
 * A MODEL, not a measurement: the rules of tests/pvmodel/pv.h, with sizes that
 * no test machine has, and the steps that do not depend on memory taken from
 * host/core/predict.c's sources. It compares ways; it promises no seconds.
 */
#ifndef TESTS_COSTS_COSTS_H
#define TESTS_COSTS_COSTS_H

#include <stdint.h>
#include <stdio.h>

enum way {
	WAY_IN_PLACE,
	WAY_OVERLAP,
	WAY_DRAIN_FIRST,
	WAY_VIRSH,	 /* virsh destroy; virsh start */
	WAY_VIRSH_ASYNC, /* the same with async-teardown, and no guard */
	WAYS,
};

enum { COSTS_SIZES = 6, COSTS_PAGES = 4 };
extern const uint32_t costs_gib[COSTS_SIZES];
extern const uint32_t costs_page_ns[COSTS_PAGES];

struct cost {
	uint64_t down_us; /* nobody serves */
	uint64_t peak;	  /* bytes of the host, at most */
	uint64_t held_us; /* how long more than one guest's memory is held */
};

/* costs_of() - a guest of @memory bytes whose pages take @page_ns each */
struct cost costs_of(enum way w, uint64_t memory, uint32_t page_ns);

const char *costs_way(enum way w);

/* costs_draw() - all of them as SVG: downtime over size, a panel a page cost */
void costs_draw(FILE *f);

#endif
