/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/planner.h - which way to end and to begin again
 *
 * Theory of operation: what is known is a set of facts; an ordered table of
 * rules is walked until one fits. The last rule fits everything. A rule says
 * too what would have to be otherwise for a better strategy. Pure.
 */
#ifndef HOST_CORE_PLANNER_H
#define HOST_CORE_PLANNER_H

#include <stdint.h>

enum fact {
	FACT_CLEAN = 1,	      /* QUIESCED, clean proof, COMMIT sent */
	FACT_HEALTHY = 2,     /* QMP answered at STOP */
	FACT_SAME_IMAGE = 4,  /* no other image waits */
	FACT_RESTED = 8,      /* the last in-place reset is through */
	FACT_VM_STOPPED = 16, /* STOP was seen, and QEMU is there to reset it */
	FACT_WANT_FULL = 32,  /* the operator asked for a full restart */
	FACT_WANT_STOP = 64,  /* the operator asked to stop */
	FACT_POWEROFF = 128,  /* the guest means to power off */
	FACT_MAY_RESTART = 256,	   /* the restart policy allows another start */
	FACT_GAVE_UP = 512,	   /* too many crashes in too short a time */
	FACT_REFUSED = 1024,	   /* no QEMU has ever spoken: none will */
	FACT_WANT_IN_PLACE = 2048, /* the operator asked for in place */
	FACT_RELAUNCH_FASTER = 4096, /* past_relaunch_faster() */
	FACT_FITS_TWICE = 8192,	     /* a second one was admitted beside it */
	FACT_WAITS = 16384,	     /* it failed before: a pause is due */
	FACT_CRAMPED = 32768,	     /* no memory for what a reset takes */
	FACTS_ALL = 65535,
};

enum strategy {
	STRATEGY_NONE,
	STRATEGY_IN_PLACE,
	STRATEGY_OVERLAP,
	STRATEGY_DRAIN_FIRST,
	STRATEGY_STOP,
	STRATEGIES,
};

struct plan {
	enum strategy strategy;
	const char *reason;  /* in words, static, as the next */
	const char *instead; /* what would allow in place; NULL: nothing need */
};

/* planner_choose() - @facts: a set of enum fact. Total. */
struct plan planner_choose(uint32_t facts);

/*
 * planner_obstacle() - could a restart be had that way?
 * @s:		in place, overlap or drain first
 * Return: NULL: yes; else what would have to change for it, in words, static
 */
const char *planner_obstacle(uint32_t facts, enum strategy s);

/* strategy_name() - "in place", "overlap", "drain first", "stop", "none" */
const char *strategy_name(enum strategy s);

/* strategy_find() - Return: the strategy of that name; STRATEGY_NONE: none */
enum strategy strategy_find(const char *name);

#endif
