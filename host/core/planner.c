// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/planner.c - which way to end and to begin again
 */
#include "host/core/planner.h"

#include <stddef.h>

/* The first rule whose @have are all there and whose @lack are all absent. */
static const struct rule {
	uint32_t have, lack;
	struct plan plan;
} rules[] = {
	{ FACT_WANT_STOP, 0, { STRATEGY_STOP, "the operator asked to stop" } },
	{ FACT_GAVE_UP,
	  0,
	  { STRATEGY_STOP, "it crashed too often in too short a time" } },
	{ FACT_POWEROFF, 0, { STRATEGY_STOP, "the guest powers off" } },
	{ FACT_REFUSED,
	  0,
	  { STRATEGY_STOP, "QEMU would refuse to start again" } },
	{ 0,
	  FACT_MAY_RESTART,
	  { STRATEGY_STOP, "its restart policy forbids another start" } },
	{ 0,
	  FACT_CLEAN,
	  { STRATEGY_DRAIN_FIRST, "the guest did not end cleanly" } },
	{ 0,
	  FACT_VM_STOPPED,
	  { STRATEGY_DRAIN_FIRST, "there is no stopped VM to reset" } },
	{ FACT_WANT_FULL,
	  0,
	  { STRATEGY_DRAIN_FIRST, "the operator asked for a full restart" } },
	{ 0,
	  FACT_SAME_IMAGE,
	  { STRATEGY_DRAIN_FIRST, "another image is to be booted" } },
	{ 0,
	  FACT_HEALTHY,
	  { STRATEGY_DRAIN_FIRST, "QEMU did not answer within a second" } },
	{ 0,
	  FACT_RESTED,
	  { STRATEGY_DRAIN_FIRST,
	    "the last in-place reset is less than 2 s ago" } },
	{ 0,
	  0,
	  { STRATEGY_IN_PLACE, "clean intent, same image, healthy QEMU" } },
};

struct plan planner_choose(uint32_t facts)
{
	size_t i = 0;

	while ((facts & rules[i].have) != rules[i].have ||
	       (facts & rules[i].lack))
		i++;
	return rules[i].plan;
}

const char *strategy_name(enum strategy s)
{
	static const char *const names[STRATEGIES] = {
		[STRATEGY_NONE] = "none",
		[STRATEGY_IN_PLACE] = "in place",
		[STRATEGY_DRAIN_FIRST] = "drain first",
		[STRATEGY_STOP] = "stop",
	};

	return names[s];
}
