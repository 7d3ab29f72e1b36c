// SPDX-License-Identifier: Apache-2.0
/*
 * guest/core/supervise.c - the payload, from its start to its end
 *
 * Theory of operation: while no end is under way the payload goes round,
 *
 *	STARTING > UP > READY > (KILLED) > CLEARING > RESTING > STARTING
 *
 * and each place has a deadline, if the image sets one: a payload that is not
 * ready in time, gives no sign of life in time, fails its health command too
 * often in a row, or said STOPPING and does not stop is killed as a whole. Its
 * end goes to guest/core/restart.c. In CLEARING what it left behind is killed,
 * so that the next one starts alone. What cannot even be killed ends the epoch.
 *
 * Invariants: pay_due and health_due are SESSION_NEVER from the first wish on.
 * Every way out of the round is a wish with a cause.
 */
#include "guest/core/step.h"

#include "common/array.h"
#include "guest/core/say.h"

/* A time of 0 is no deadline; nor is any once an end is under way. */
static void due_in(struct step *t, uint32_t ms)
{
	t->s->pay_due =
		ms && t->s->intent == INTENT_NONE ? t->now + ms : SESSION_NEVER;
}

static void enter(struct step *t, enum payload_state pay, uint32_t limit_ms)
{
	t->s->pay = pay;
	due_in(t, limit_ms);
}

bool pay_up(const struct session *s)
{
	return s->pay == PAY_UP || s->pay == PAY_READY ||
	       s->pay == PAY_STOPPING || s->pay == PAY_KILLED;
}

/* ---- health */

static void health_off(struct step *t)
{
	if (t->s->health_runs)
		act(t, SACT_HEALTH_STOP);
	t->s->health_runs = false;
	t->s->health_due = SESSION_NEVER;
}

static void health_next(struct step *t)
{
	t->s->health_runs = false;
	t->s->health_due = t->s->rules.health_ms && t->s->intent == INTENT_NONE
				   ? t->now + t->s->rules.health_ms
				   : SESSION_NEVER;
}

static void overdue(struct step *t)
{
	health_off(t);
	enter(t, PAY_KILLED, SESSION_KILL_MS);
	act(t, SACT_KILL);
}

static void health_failed(struct step *t)
{
	if (++t->s->health_bad >= t->s->rules.health_failures)
		overdue(t);
	else
		health_next(t);
}

void pay_checked(struct step *t)
{
	if (!t->s->health_runs)
		return; /* too late: judged already */
	t->s->health_runs = false;
	if (t->ev->count) {
		health_failed(t);
		return;
	}
	t->s->health_bad = 0;
	t->s->progress++;
	health_next(t);
}

static void health_due(struct step *t)
{
	if (t->s->health_runs) {
		health_off(t);
		health_failed(t);
		return;
	}
	t->s->health_runs = true;
	t->s->health_due = t->now + t->s->rules.health_timeout_ms;
	act(t, SACT_HEALTH);
}

/* ---- the round */

static void start(struct step *t)
{
	t->s->health_bad = 0;
	enter(t, PAY_STARTING, t->s->rules.ready_within_ms);
	act(t, SACT_START);
}

void pay_booted(struct step *t)
{
	if (t->s->phase == GPHASE_BOOTING && t->s->pay == PAY_NONE)
		start(t);
}

void pay_started(struct step *t)
{
	if (t->s->pay != PAY_STARTING)
		return;
	t->s->pay = PAY_UP; /* the deadline of STARTING stays */
	step_reach(t, BOOT_PAYLOAD);
	if (t->s->rules.ready_at_start)
		pay_ready(t);
}

void pay_ready(struct step *t)
{
	if (t->s->pay != PAY_STARTING && t->s->pay != PAY_UP)
		return;
	enter(t, PAY_READY, t->s->rules.watchdog_ms);
	health_next(t);
	if (t->s->phase == GPHASE_BOOTING) {
		t->s->phase = GPHASE_SERVING;
		t->s->ready_ms = (uint32_t)t->now;
		say_ready(t->s, t->out);
	}
	step_reach(t, BOOT_READY);
}

static void later(uint64_t *due, uint64_t to, uint64_t last)
{
	if (to > last)
		to = last;
	if (*due != SESSION_NEVER && *due < to)
		*due = to;
}

/* In the grace: as far as the sealed file, and the host, allow. */
static void extend(struct step *t)
{
	struct session *s = t->s;
	uint64_t to = t->now + t->ev->notify.extend_ms;

	if (s->stop == STOP_TERM)
		later(&s->phase_due, to, s->granted_ms + s->grace_max_ms);
	else if (s->pay == PAY_STOPPING)
		later(&s->pay_due, to, s->stopping_ms + s->rules.grace_max_ms);
	else if (pay_up(s) && s->pay != PAY_KILLED)
		later(&s->pay_due, to, SESSION_NEVER);
}

static void stopping(struct step *t)
{
	if (t->s->intent != INTENT_NONE ||
	    (t->s->pay != PAY_UP && t->s->pay != PAY_READY))
		return;
	health_off(t);
	t->s->pay = PAY_STOPPING;
	t->s->stopping_ms = t->now;
	t->s->pay_due = t->now + t->s->rules.grace_ms;
}

void pay_notifies(struct step *t)
{
	const struct notify *n = &t->ev->notify;

	if (n->ready)
		pay_ready(t);
	if (n->watchdog) {
		t->s->progress++;
		if (t->s->pay == PAY_READY)
			due_in(t, t->s->rules.watchdog_ms);
	}
	if (n->stopping)
		stopping(t);
	if (n->extend_ms)
		extend(t);
}

/* ---- the end */

static void judge(struct step *t, const struct payload_exit *end)
{
	struct session *s = t->s;
	struct restart_verdict v =
		restart_judge(&s->restart, &s->rules.restart, end, t->now);

	if (v.intent != INTENT_NONE) {
		s->pay = PAY_NONE;
		step_wish(t, v.intent, v.cause, end->status);
		return;
	}
	s->delay_ms = v.delay_ms;
	enter(t, PAY_CLEARING, SESSION_KILL_MS);
	act(t, SACT_KILL);
}

void pay_not_started(struct step *t)
{
	const struct payload_exit end = { .status = 127 << 8 };

	if (t->s->intent != INTENT_NONE) {
		t->s->pay = PAY_NONE;
	} else if (t->s->rules.restart.when == RESTART_NEVER) {
		t->s->pay = PAY_NONE;
		step_wish(t, INTENT_POWEROFF, ICAUSE_INIT,
			  BOOT_PAYLOAD << 8 | (t->ev->count & 0xff));
	} else {
		judge(t, &end);
	}
}

void pay_exited(struct step *t)
{
	const struct payload_exit end = {
		.status = t->ev->count,
		.oom = t->ev->oom,
		.overdue = t->s->pay == PAY_KILLED,
	};

	health_off(t);
	if (t->s->intent == INTENT_NONE) {
		judge(t, &end);
		return;
	}
	t->s->pay = PAY_NONE;
	if (t->s->stop == STOP_TERM)
		step_kill_all(t); /* what it left behind */
}

void pay_alone(struct step *t)
{
	if (t->s->pay != PAY_CLEARING)
		return;
	t->s->pay = PAY_RESTING;
	t->s->pay_due = t->now + t->s->delay_ms;
}

/* Not even SIGKILL helps: only the end of the epoch can. */
static void stuck(struct step *t)
{
	step_wish(t, t->s->rules.restart.on_give_up,
		  t->s->pay == PAY_KILLED ? ICAUSE_WATCHDOG : ICAUSE_GAVE_UP,
		  0);
}

void pay_due(struct step *t)
{
	static void (*const next[])(struct step * t) = {
		[PAY_STARTING] = overdue, [PAY_UP] = overdue,
		[PAY_READY] = overdue,	  [PAY_STOPPING] = overdue,
		[PAY_KILLED] = stuck,	  [PAY_CLEARING] = stuck,
		[PAY_RESTING] = start,
	};

	if (t->now >= t->s->pay_due && t->s->pay < ARRAY_SIZE(next) &&
	    next[t->s->pay])
		next[t->s->pay](t);
	if (t->now >= t->s->health_due)
		health_due(t);
}

void pay_unwatch(struct step *t)
{
	health_off(t);
	t->s->pay_due = SESSION_NEVER;
}

bool session_may_feed(const struct session *s)
{
	if (s->intent != INTENT_NONE)
		return s->phase != GPHASE_ENDING;
	return s->pay != PAY_KILLED;
}
