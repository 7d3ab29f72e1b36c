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
#include "host/leftover.h"
#include "host/link/access.h"
#include "host/link/console.h"
#include "host/link/control.h"
#include "host/report.h"

static void settle(struct shim *s, struct shim_call *c, enum answer a)
{
	const char *key = c->wish == WISH_STOP ? "end" : "restart";
	char sentence[SENTENCE_MAX];
	const char *error = report_answer(&s->lc, a, sentence);

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
			settle(s, &s->calls[i], s->lc.answer);
}

void shim_answer_superseded(struct shim *s)
{
	for (size_t i = 0; i < SHIM_CALLS; i++)
		if (s->calls[i].wish == s->lc.superseded)
			settle(s, &s->calls[i], ANSWER_SUPERSEDED);
}

/* What has ended is the last passage from now on, also until its memory is back,
 * and its lines go with it. */
void shim_answer_gone(struct shim *s)
{
	json_decref(s->console_last);
	s->console_last = json_incref(s->console_now);
	for (size_t i = 0; i < SHIM_CALLS; i++)
		if (s->calls[i].wish == WISH_STOP && !s->calls[i].memory)
			settle(s, &s->calls[i], ANSWER_DONE);
}

static struct shim_call *free_call(struct shim *s)
{
	for (size_t i = 0; i < SHIM_CALLS; i++)
		if (s->calls[i].wish == WISH_NONE)
			return &s->calls[i];
	return NULL;
}

/* @of: with the wish that the lifecycle will settle it as */
static void wish_for(struct shim *s, const struct shim_call *of, enum wish wish,
		     bool wait)
{
	const struct lc_event ev = { .type = EV_WISH, .wish = wish };
	struct shim_call *c = free_call(s);

	if (!c) {
		control_error(s->control, of->call, "Busy",
			      "too many requests wait already");
		return;
	}
	*c = *of;
	shim_step(s, &ev);
	if (wait || c->wish == WISH_NONE) /* or it was answered already */
		return;
	control_reply(s->control, of->call, json_pack("{s:b}", "accepted", 1));
	c->wish = WISH_NONE;
}

static void let_ask_again(struct shim *s, uint32_t call)
{
	control_error(s->control, call, "HandedOver",
		      "a newer program took charge, and does not know what "
		      "this request waits for: ask again");
}

void shim_wait_again(struct shim *s, uint32_t call, bool memory)
{
	const struct leftover *l = s->opt->leftover;
	struct shim_call *c = free_call(s);

	if (c && l->recorded && l->record.life.wish != WISH_NONE)
		*c = (struct shim_call){ call, l->record.life.wish, memory };
	else
		let_ask_again(s, call);
}

void shim_wait_no_more(struct shim *s)
{
	for (size_t i = 0; i < SHIM_CALLS; i++) {
		struct shim_call *c = &s->calls[i];

		if (c->wish == WISH_NONE || c->wish == s->lc.wish)
			continue;
		let_ask_again(s, c->call);
		c->wish = WISH_NONE;
	}
}

static json_t *status(void *ctx)
{
	struct report r = shim_report(ctx);
	struct shim *s = ctx;

	gauge_read(&s->gauge, &r.memory_bytes);
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
	struct shim_call of = { .call = call };

	if (shim_refuse_budget(ctx, call, budget_us, &wish))
		return;
	of.wish = wish;
	wish_for(ctx, &of, wish, wait);
}

static void stop(void *ctx, uint32_t call, bool now, bool memory)
{
	const struct shim_call of = { call, WISH_STOP, memory };

	wish_for(ctx, &of, now ? WISH_STOP_NOW : WISH_STOP, true);
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
