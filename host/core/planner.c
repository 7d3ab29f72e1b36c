// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/planner.c - which way to end and to begin again
 *
 * Theory of operation: a rule says stop, in place, or relaunch. A relaunch
 * overlaps the old generation's drain where both fit, else it waits for it.
 */
#include "host/core/planner.h"

#include <stddef.h>
#include <string.h>

enum way { STOP, RELAUNCH, IN_PLACE };

/* The first rule whose @have are all there and whose @lack are all absent. */
static const struct rule {
	uint32_t have, lack;
	enum way way;
	const char *reason, *instead;
} rules[] = {
	{ FACT_WANT_STOP, 0, STOP, "the operator asked to stop",
	  "a stop is not taken back: run it again afterwards" },
	{ FACT_GAVE_UP, 0, STOP, "it crashed too often in too short a time",
	  "limit in [restart] must be higher, or interval shorter" },
	{ FACT_POWEROFF, 0, STOP, "the guest powers off",
	  "policy = always in [restart]" },
	{ FACT_REFUSED, 0, STOP, "QEMU would refuse to start again",
	  "a QEMU that starts: its last words say what it lacks" },
	{ 0, FACT_MAY_RESTART, STOP, "its restart policy forbids another start",
	  "policy = on-failure in [restart]" },
	{ 0, FACT_CLEAN, RELAUNCH, "the guest did not end cleanly",
	  "its agent must answer and the guest end cleanly" },
	{ FACT_WAITS, 0, RELAUNCH,
	  "it has failed more than once: after a pause it begins anew",
	  "it must serve for a whole interval of [restart] first" },
	{ 0, FACT_VM_STOPPED, RELAUNCH, "there is no stopped VM to reset",
	  "QEMU must be there until the guest has stopped" },
	{ FACT_WANT_FULL, 0, RELAUNCH, "the operator asked for a full restart",
	  "ask for it in place, or leave the choice" },
	{ 0, FACT_SAME_IMAGE, RELAUNCH, "another image is to be booted",
	  "the image must stay the same" },
	{ 0, FACT_HEALTHY, RELAUNCH, "QEMU did not answer in time",
	  "QEMU must answer when its guest has stopped" },
	{ FACT_CRAMPED, 0, RELAUNCH,
	  "the host has no memory for the donations of a second secure guest",
	  "an ultravisor that destroys fast, or memory for the donations of "
	  "one "
	  "more guest" },
	{ 0, FACT_RESTED, RELAUNCH,
	  "KVM has not begun to destroy the guest before this one",
	  "QEMU must get the CPU time to begin it" },
	{ FACT_RELAUNCH_FASTER, FACT_WANT_IN_PLACE, RELAUNCH,
	  "its own history says that a full restart is faster",
	  "ask for it in place" },
	{ 0, 0, IN_PLACE, "clean intent, same image, healthy QEMU", NULL },
};

static const struct rule *find_rule(uint32_t facts)
{
	const struct rule *r = rules;

	while ((facts & r->have) != r->have || (facts & r->lack))
		r++;
	return r;
}

struct plan planner_choose(uint32_t facts)
{
	const struct rule *r = find_rule(facts);
	struct plan plan = { .reason = r->reason, .instead = r->instead };

	if (r->way == STOP)
		plan.strategy = STRATEGY_STOP;
	else if (r->way == IN_PLACE)
		plan.strategy = STRATEGY_IN_PLACE;
	else
		plan.strategy = facts & FACT_FITS_TWICE ? STRATEGY_OVERLAP
							: STRATEGY_DRAIN_FIRST;
	return plan;
}

const char *planner_obstacle(uint32_t facts, enum strategy s)
{
	const struct rule *r;

	/* what an operator may ask for is no obstacle to it */
	facts &= ~(uint32_t)FACT_WANT_FULL;
	facts |= FACT_WANT_IN_PLACE;
	r = find_rule(facts);
	if (r->way == STOP)
		return r->instead;
	if (s == STRATEGY_IN_PLACE)
		return r->instead;
	if (s == STRATEGY_OVERLAP && !(facts & FACT_FITS_TWICE))
		return "there must be memory for a second generation beside "
		       "it";
	return NULL;
}

static const char *const names[STRATEGIES] = {
	[STRATEGY_NONE] = "none",	[STRATEGY_IN_PLACE] = "in place",
	[STRATEGY_OVERLAP] = "overlap", [STRATEGY_DRAIN_FIRST] = "drain first",
	[STRATEGY_STOP] = "stop",
};

const char *strategy_name(enum strategy s)
{
	return names[s];
}

enum strategy strategy_find(const char *name)
{
	int s = STRATEGIES - 1;

	while (s > STRATEGY_NONE && strcmp(names[s], name) != 0)
		s--;
	return (enum strategy)s;
}
