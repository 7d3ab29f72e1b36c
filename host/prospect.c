// SPDX-License-Identifier: Apache-2.0
/*
 * host/prospect.c - what a reboot would do now, of one appliance
 *
 * Theory of operation: nothing is decided here. The lifecycle says what a
 * reboot would find, host/core/outlook makes of it a plan and forecasts; this
 * gives them their JSON, and holds a wish against a budget.
 */
#include "host/prospect.h"

#include "host/config/appliance.h"
#include "host/config/size.h"
#include "host/report.h"

static void make_outlook(const struct report *r, struct outlook *o)
{
	const struct costs costs = {
		.size = appliance_size(r->appliance, r->image),
		.secure = r->lc->epoch.secure == GUEST_IS_SECURE,
		.reset_waits = r->lc->cfg.reset_waits,
	};

	outlook_make(o, lifecycle_prospect(r->lc), &r->lc->past, &costs);
}

static json_t *option_json(const struct option *op)
{
	const struct forecast *f = &op->forecast;

	return json_pack(
		"{s:s, s:I, s:I, s:s, s:i, s:I, s:b, s:s}", "strategy",
		strategy_name(op->strategy), "downtime_us",
		(json_int_t)f->median_us, "worst_us", (json_int_t)f->worst_us,
		"basis", f->assumed ? "model" : "history", "samples",
		(int)f->samples, "peak_bytes", (json_int_t)op->peak_bytes,
		"possible", (int)!op->obstacle, "obstacle",
		op->obstacle ? op->obstacle : "");
}

/* How to get the option that would be better. */
static const char *how(const struct option *op)
{
	if (op->obstacle)
		return op->obstacle;
	return op->strategy == STRATEGY_IN_PLACE
		       ? "ask for it: reprise reboot --in-place"
		       : "ask for it: reprise reboot --full";
}

/* The strategy that a wish insists on. */
static enum strategy insisted(enum wish wish, const struct outlook *o)
{
	if (wish == WISH_IN_PLACE)
		return STRATEGY_IN_PLACE;
	if (wish != WISH_FULL)
		return STRATEGY_NONE;
	return outlook_option(o, STRATEGY_OVERLAP)->obstacle
		       ? STRATEGY_DRAIN_FIRST
		       : STRATEGY_OVERLAP;
}

static json_t *budget_json(const struct outlook *o, enum wish wish,
			   uint64_t budget_us)
{
	char text[OUTLOOK_TEXT];
	enum strategy way =
		outlook_within(o, insisted(wish, o), budget_us, text);

	return json_pack("{s:I, s:b, s:s, s:s}", "budget_us",
			 (json_int_t)budget_us, "held",
			 (int)(way != STRATEGY_NONE), "strategy",
			 strategy_name(way), "sentence", text);
}

json_t *prospect_json(const struct report *r, enum wish wish,
		      uint64_t budget_us)
{
	json_t *options = json_array(), *plan;
	const struct option *better;
	struct outlook o;

	make_outlook(r, &o);
	plan = json_pack("{s:s, s:s, s:s, s:s, s:o}", "name",
			 r->appliance->name, "state",
			 lc_state_name(r->lc->state), "strategy",
			 strategy_name(o.plan.strategy), "reason",
			 o.plan.reason, "options", options);
	for (int i = 0; i < OUTLOOK_OPTIONS; i++)
		json_array_append_new(options, option_json(&o.option[i]));
	better = outlook_better(&o);
	if (better)
		json_object_set_new(plan, "better",
				    json_pack("{s:s, s:s}", "strategy",
					      strategy_name(better->strategy),
					      "how", how(better)));
	if (budget_us)
		json_object_set_new(plan, "budget",
				    budget_json(&o, wish, budget_us));
	return plan;
}

json_t *prospect_spare(const struct decision *d, const char *text)
{
	return json_pack("{s:I, s:I, s:s}", "need_bytes", (json_int_t)d->need,
			 "spare_bytes", (json_int_t)admission_headroom(d),
			 "sentence", text);
}

bool prospect_hold(const struct report *r, uint64_t budget_us, enum wish *wish,
		   char text[OUTLOOK_TEXT])
{
	enum strategy way;
	struct outlook o;

	make_outlook(r, &o);
	way = outlook_within(&o, insisted(*wish, &o), budget_us, text);
	if (way == STRATEGY_NONE)
		return false;
	if (way != o.plan.strategy)
		*wish = way == STRATEGY_IN_PLACE ? WISH_IN_PLACE : WISH_FULL;
	return true;
}
