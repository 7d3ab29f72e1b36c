// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_events.c - one appliance: what its watchers are told
 *
 * Theory of operation: the lifecycle's state before and after an event, and
 * the actions that came of it, say what has happened; each row of news[] is
 * one kind of event and its sign. Nobody reads, nothing is made.
 */
#include "common/array.h"

#include "host/clock.h"
#include "host/link/control.h"
#include "host/report.h"
#include "host/shim_impl.h"

struct change {
	const struct shim_seen *before, *now;
	uint32_t acts;
};

static bool is_boot(const struct change *c)
{
	return c->now->epoch && c->now->epoch != c->before->epoch;
}

static bool is_stage(const struct change *c)
{
	return c->now->boot_stage &&
	       (is_boot(c) || c->now->boot_stage != c->before->boot_stage);
}

static bool is_verdict(const struct change *c)
{
	return c->acts & ACT_JUDGED;
}

static bool is_state(const struct change *c)
{
	return c->now->state != c->before->state;
}

static bool is_ready(const struct change *c)
{
	return c->acts & ACT_READY;
}

static bool is_cleanup(const struct change *c)
{
	return c->acts & ACT_TELL_RESET;
}

static bool is_passage(const struct change *c)
{
	return c->acts & ACT_RECORD;
}

/* In the order in which they are told. */
static const struct {
	enum report_kind kind;
	bool (*happened)(const struct change *c);
} news[] = {
	{ REPORT_BOOT, is_boot },	{ REPORT_STAGE, is_stage },
	{ REPORT_VERDICT, is_verdict }, { REPORT_STATE, is_state },
	{ REPORT_READY, is_ready },	{ REPORT_CLEANUP, is_cleanup },
	{ REPORT_PASSAGE, is_passage },
};

struct shim_seen shim_see(const struct shim *s)
{
	return (struct shim_seen){
		.state = s->lc.state,
		.epoch = s->lc.epoch.id,
		.boot_stage = s->lc.epoch.boot_stage,
	};
}

void shim_tell(struct shim *s, const struct shim_seen *before, uint32_t acts)
{
	const struct shim_seen now = shim_see(s);
	const struct change change = { before, &now, acts };
	struct report r;

	if (is_state(&change))
		control_changed(s->control, lc_state_name(now.state));
	if (!control_has_readers(s->control))
		return;
	r = shim_report(s);
	for (size_t i = 0; i < ARRAY_SIZE(news); i++)
		if (news[i].happened(&change))
			control_event(s->control,
				      report_event(&r, news[i].kind));
}

void shim_show_wait(struct shim *s, bool on)
{
	bool waits = s->lc.state == LC_ADMITTING || s->lc.state == LC_DRAINING;
	struct report r;
	json_t *status;

	if (!s->opt->waits || (on && !waits))
		return;
	r = shim_report(s);
	status = on ? report_status(&r, clock_us()) : NULL;
	s->opt->waits(s->opt->waits_ctx, status);
	json_decref(status);
}

json_t *shim_begin(void *ctx)
{
	const struct report r = shim_report(ctx);

	return report_event(&r, REPORT_BEGIN);
}
