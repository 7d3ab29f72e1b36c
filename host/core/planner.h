/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/planner.h - which way to end and to begin again
 *
 * Theory of operation: what is known is a set of facts; an ordered table of
 * rules is walked until one fits. The last rule fits everything. Pure.
 */
#ifndef HOST_CORE_PLANNER_H
#define HOST_CORE_PLANNER_H

#include <stdint.h>

enum fact {
	FACT_CLEAN = 1,	      /* QUIESCED, clean proof, COMMIT sent */
	FACT_HEALTHY = 2,     /* QMP answered within a second at STOP */
	FACT_SAME_IMAGE = 4,  /* no other image waits */
	FACT_RESTED = 8,      /* not too soon after the last in-place reset */
	FACT_VM_STOPPED = 16, /* STOP was seen, and QEMU is there to reset it */
	FACT_WANT_FULL = 32,  /* the operator asked for a full restart */
	FACT_WANT_STOP = 64,  /* the operator asked to stop */
	FACT_POWEROFF = 128,  /* the guest means to power off */
	FACT_MAY_RESTART = 256, /* the restart policy allows another start */
	FACT_GAVE_UP = 512,	/* too many crashes in too short a time */
	FACT_REFUSED = 1024,	/* no QEMU has ever spoken: none will */
};

enum strategy {
	STRATEGY_NONE,
	STRATEGY_IN_PLACE,
	STRATEGY_DRAIN_FIRST,
	STRATEGY_STOP,
	STRATEGIES,
};

struct plan {
	enum strategy strategy;
	const char *reason; /* in words, static */
};

/* planner_choose() - @facts: a set of enum fact. Total. */
struct plan planner_choose(uint32_t facts);

/* strategy_name() - "in place", "drain first", "stop", "none" */
const char *strategy_name(enum strategy s);

#endif
