// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/outlook.c - what a reboot would do now, and could do instead
 */
#include "host/core/outlook.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* A text that grows, cut at OUTLOOK_TEXT. */
struct text {
	char *at;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *t,
						      const char *fmt, ...)
{
	size_t left = OUTLOOK_TEXT - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->at + t->len, left, fmt, ap);
	va_end(ap);
	t->len += n < 0 ? 0 : (size_t)n < left ? (size_t)n : left - 1;
}

static double seconds(uint64_t us)
{
	return (double)us / 1e6;
}

static uint64_t peak_bytes(const struct costs *c, enum strategy s)
{
	uint64_t once = need_bytes(&c->size);

	if (s == STRATEGY_OVERLAP)
		return 2 * once;
	return s == STRATEGY_IN_PLACE && c->secure ? once + c->size.again
						   : once;
}

void outlook_make(struct outlook *o, uint32_t facts, const struct past *p,
		  const struct costs *c)
{
	static const enum strategy kinds[OUTLOOK_OPTIONS] = {
		STRATEGY_IN_PLACE,
		STRATEGY_OVERLAP,
		STRATEGY_DRAIN_FIRST,
	};

	o->plan = planner_choose(facts);
	for (int i = 0; i < OUTLOOK_OPTIONS; i++) {
		enum strategy s = kinds[i];

		o->option[i] = (struct option){
			.strategy = s,
			.forecast = predict(p, c, s),
			.peak_bytes = peak_bytes(c, s),
			.obstacle = planner_obstacle(facts, s),
		};
	}
}

const struct option *outlook_option(const struct outlook *o, enum strategy s)
{
	for (int i = 0; i < OUTLOOK_OPTIONS; i++)
		if (o->option[i].strategy == s)
			return &o->option[i];
	return NULL;
}

const struct option *outlook_better(const struct outlook *o)
{
	const struct option *planned = outlook_option(o, o->plan.strategy);
	const struct option *best = planned;

	for (int i = 0; i < OUTLOOK_OPTIONS; i++)
		if (!best ||
		    o->option[i].forecast.median_us < best->forecast.median_us)
			best = &o->option[i];
	return best == planned ? NULL : best;
}

static bool holds(const struct option *op, uint64_t budget_us)
{
	return op && !op->obstacle && op->forecast.worst_us <= budget_us;
}

/* What is known of @op, and how. */
static void say_known(const struct option *op, struct text *t)
{
	const struct forecast *f = &op->forecast;
	const char *name = strategy_name(op->strategy);

	if (op->obstacle)
		say(t, "%s is not to be had: %s", name, op->obstacle);
	else if (f->assumed && f->samples)
		say(t,
		    "%s has only %" PRIu32 " on record, so at worst %.2f s "
		    "are assumed",
		    name, f->samples, seconds(f->worst_us));
	else if (f->assumed)
		say(t, "%s has none on record, so at worst %.2f s are assumed",
		    name, seconds(f->worst_us));
	else
		say(t, "%s took %.2f s at worst in the last %" PRIu32, name,
		    seconds(f->worst_us), f->samples);
}

static const struct option *fastest_within(const struct outlook *o,
					   uint64_t budget_us)
{
	const struct option *planned = outlook_option(o, o->plan.strategy);
	const struct option *best = NULL;

	if (holds(planned, budget_us))
		return planned;
	for (int i = 0; i < OUTLOOK_OPTIONS; i++) {
		const struct option *op = &o->option[i];

		if (holds(op, budget_us) &&
		    (!best || op->forecast.worst_us < best->forecast.worst_us))
			best = op;
	}
	return best;
}

static void refuse(const struct outlook *o, enum strategy want,
		   uint64_t budget_us, struct text *t)
{
	if (o->plan.strategy == STRATEGY_STOP) {
		say(t, "a reboot now would be its end: %s: %s", o->plan.reason,
		    o->plan.instead);
		return;
	}
	say(t, "the budget of %.2f s will not hold: ", seconds(budget_us));
	for (int i = 0; i < OUTLOOK_OPTIONS; i++) {
		const struct option *op = &o->option[i];

		if (want == op->strategy ||
		    (want == STRATEGY_NONE && !op->obstacle)) {
			say_known(op, t);
			say(t, "; ");
		}
	}
	say(t, "allow more");
}

enum strategy outlook_within(const struct outlook *o, enum strategy want,
			     uint64_t budget_us, char text[OUTLOOK_TEXT])
{
	const struct option *op = want == STRATEGY_NONE
					  ? fastest_within(o, budget_us)
					  : outlook_option(o, want);
	struct text t = { text, 0 };

	text[0] = '\0';
	if (o->plan.strategy == STRATEGY_STOP || !holds(op, budget_us)) {
		refuse(o, want, budget_us, &t);
		return STRATEGY_NONE;
	}
	if (op->forecast.assumed)
		say_known(op, &t);
	return op->strategy;
}
