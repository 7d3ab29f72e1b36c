// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_calls.c - one appliance: what is asked of it on its control socket
 *
 * Theory of operation: a question is answered at once. A wish goes to the
 * lifecycle, and its call waits here until the lifecycle has settled it: wishes
 * are settled, not calls, so all who wished for the same get one answer.
 */
#include "host/shim_impl.h"

#include <stddef.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/runtime.h"
#include "host/handover.h"
#include "host/link/access.h"
#include "host/link/console.h"
#include "host/link/control.h"
#include "host/report.h"

static void reply(struct shim *s, struct shim_call *c)
{
	const char *key = c->wish == WISH_STOP ? "end" : "restart";
	char sentence[SENTENCE_MAX];
	const char *error = report_answer(&s->lc, sentence);

	if (error)
		control_error(s->control, c->call, error, sentence);
	else
		control_reply(s->control, c->call,
			      json_pack("{s:o}", key,
					report_passage(&s->lc.last,
						       s->console_last)));
	c->wish = WISH_NONE;
}

void shim_answer(struct shim *s)
{
	for (size_t i = 0; i < SHIM_CALLS; i++)
		if (s->calls[i].wish != WISH_NONE &&
		    s->calls[i].wish == s->lc.answered)
			reply(s, &s->calls[i]);
}

static struct shim_call *free_call(struct shim *s)
{
	for (size_t i = 0; i < SHIM_CALLS; i++)
		if (s->calls[i].wish == WISH_NONE)
			return &s->calls[i];
	return NULL;
}

/* @settled: as what the lifecycle will answer it */
static void wish_for(struct shim *s, uint32_t call, enum wish wish,
		     enum wish settled, bool wait)
{
	const struct lc_event ev = { .type = EV_WISH, .wish = wish };
	struct shim_call *c = free_call(s);

	if (!c) {
		control_error(s->control, call, "Busy",
			      "too many requests wait already");
		return;
	}
	*c = (struct shim_call){ call, settled };
	shim_step(s, &ev);
	if (wait || c->wish == WISH_NONE) /* or it was answered already */
		return;
	control_reply(s->control, call, json_pack("{s:b}", "accepted", 1));
	c->wish = WISH_NONE;
}

void shim_wait_again(struct shim *s, uint32_t call)
{
	struct shim_call *c = free_call(s);

	if (c && s->lc.wish != WISH_NONE)
		*c = (struct shim_call){ call, s->lc.wish };
	else
		control_error(s->control, call, "HandedOver",
			      "a newer program took charge, and does not know "
			      "what this request waits for: ask again");
}

static json_t *status(void *ctx)
{
	const struct report r = shim_report(ctx);

	return report_status(&r, clock_us());
}

static json_t *console(void *ctx, uint64_t position)
{
	const struct shim *s = ctx;

	return console_lines(s->console, position);
}

static void reboot(void *ctx, uint32_t call, enum wish wish, bool wait,
		   uint64_t budget_us)
{
	if (!shim_refuse_budget(ctx, call, budget_us, &wish))
		wish_for(ctx, call, wish, wish, wait);
}

static void stop(void *ctx, uint32_t call, bool now)
{
	wish_for(ctx, call, now ? WISH_STOP_NOW : WISH_STOP, WISH_STOP, true);
}

static void gone(void *ctx, uint32_t call)
{
	struct shim *s = ctx;

	for (size_t i = 0; i < SHIM_CALLS; i++)
		if (s->calls[i].wish != WISH_NONE && s->calls[i].call == call)
			s->calls[i].wish = WISH_NONE;
}

static void take_ring(struct shim *s)
{
	struct handover *h = s->opt->before;

	if (h->ring >= 0)
		console_recall(s->console, h->ring);
	h->ring = -1;
}

int shim_open_links(struct shim *s, char *error)
{
	static const struct control_ops ops = {
		.status = status,
		.plan = shim_plan,
		.begin = shim_begin,
		.console = console,
		.reboot = reboot,
		.stop = stop,
		.handover = shim_handover,
		.gone = gone,
	};
	const struct control_conf *conf = &s->opt->appliance->control;
	const struct access_rule rule = {
		.owner = geteuid(),
		.has_group = conf->has_group,
		.group = conf->group,
		.others_read = conf->others == OTHERS_READ,
	};
	const struct runtime *rt = s->opt->runtime;
	int console_fd = runtime_listen(rt, RUNTIME_CONSOLE, error);
	int r = console_fd;

	if (r >= 0)
		r = console_open(&s->console, &s->loop, console_fd);
	if (r >= 0)
		take_ring(s);
	if (r >= 0)
		r = runtime_listen(rt, RUNTIME_CONTROL, error);
	if (r >= 0)
		r = control_open(&s->control, &s->loop, r, &rule, &ops, s);
	if (r >= 0)
		r = runtime_share(rt, conf, error);
	return r;
}
