/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/outlook.h - what a reboot would do now, and could do instead
 *
 * Theory of operation: the planner says which strategy it would be; for each
 * strategy that restarts there is a forecast of downtime and of peak memory,
 * and what stands in its way. A budget is held by a strategy whose worst is
 * within it. Pure.
 */
#ifndef HOST_CORE_OUTLOOK_H
#define HOST_CORE_OUTLOOK_H

#include <stddef.h>
#include <stdint.h>

#include "host/core/planner.h"
#include "host/core/predict.h"

enum { OUTLOOK_OPTIONS = 3, OUTLOOK_TEXT = 400 };

struct option {
	enum strategy strategy;
	struct forecast forecast;
	uint64_t peak_bytes;  /* of the host, guest and QEMU */
	const char *obstacle; /* planner_obstacle() */
};

struct outlook {
	struct plan plan;
	struct option option[OUTLOOK_OPTIONS]; /* in the order of strategies */
};

/* outlook_make() - @facts: as they are expected to be at the guest's end */
void outlook_make(struct outlook *o, uint32_t facts, const struct past *p,
		  const struct costs *c);

/* outlook_option() - Return: that of @s; NULL: it is none that restarts */
const struct option *outlook_option(const struct outlook *o, enum strategy s);

/*
 * outlook_better() - an option that would be faster, but for an obstacle, or
 *	but for the planner's preference
 * Return: the fastest such; NULL: the plan is the best
 */
const struct option *outlook_better(const struct outlook *o);

/*
 * outlook_within() - which way holds the budget?
 * @want:	STRATEGY_NONE: any; else that one alone
 * @text:	OUTLOOK_TEXT bytes; a refusal's sentence; or what was assumed
 *		for want of history; or empty
 * Return: the plan's strategy if it holds it, else the fastest that does;
 *	STRATEGY_NONE: none can be had that does
 */
enum strategy outlook_within(const struct outlook *o, enum strategy want,
			     uint64_t budget_us, char text[OUTLOOK_TEXT]);

#endif
