// SPDX-License-Identifier: Apache-2.0
/*
 * guest/core/session.c - one epoch of the guest, as PID 1 lives it
 *
 * Theory of operation: an epoch goes one way,
 *
 *	BOOTING > SERVING > WAITING > QUIESCING > QUIESCED > ENDING
 *
 * and may leave out SERVING. The first two last as long as the payload lives,
 * or is started again (guest/core/supervise.c), and nobody wants an end. Each
 * of the others has a deadline after which the session goes on by itself, so
 * that from the first wish on it ends whatever host and payload do. QUIESCING
 * has steps: TERM, KILL, sync and unmount, proof. on_event[] says what each
 * event means.
 *
 * Invariant: there is an intent in WAITING and later, and none before.
 */
#include "guest/core/session.h"

#include "common/array.h"
#include "guest/core/say.h"
#include "guest/core/step.h"

void session_init(struct session *s, const struct session_rules *rules,
		  const struct session_id *id)
{
	*s = (struct session){
		.rules = *rules,
		.id = *id,
		.phase = GPHASE_BOOTING,
		.phase_due = SESSION_NEVER,
		.hello_due = SESSION_NEVER,
		.beat_due = SESSION_NEVER,
		.pay_due = SESSION_NEVER,
		.health_due = SESSION_NEVER,
	};
}

void step_hello(struct step *t)
{
	say_hello(t->s, t->out);
	t->s->hello_due = t->now + SESSION_HELLO_MS;
}

static void heartbeat(struct step *t)
{
	say_heartbeat(t->s, t->out, t->now);
	t->s->beat_due = t->now + t->s->heartbeat_ms;
}

static void enter(struct step *t, enum guest_phase phase, uint64_t limit_ms)
{
	t->s->phase = phase;
	t->s->phase_due = t->now + limit_ms;
}

void step_shorten_grace(struct session *s, uint32_t grace_ms)
{
	if (grace_ms && grace_ms < s->grace_ms)
		s->grace_ms = grace_ms;
	if (grace_ms && grace_ms < s->grace_max_ms)
		s->grace_max_ms = grace_ms;
}

void step_begin(struct step *t, enum intent intent, enum intent_cause cause)
{
	struct session *s = t->s;

	s->intent = intent;
	s->cause = cause;
	s->grace_ms = s->rules.grace_ms;
	s->grace_max_ms = s->rules.grace_max_ms > s->grace_ms
				  ? s->rules.grace_max_ms
				  : s->grace_ms;
	pay_unwatch(t);
	enter(t, GPHASE_WAITING, SESSION_GRANT_MS);
}

void step_kill_all(struct step *t)
{
	t->s->stop = STOP_KILL;
	enter(t, GPHASE_QUIESCING, SESSION_KILL_MS);
	act(t, SACT_KILL);
}

void step_quiesce(struct step *t)
{
	t->s->granted_ms = t->now;
	if (!pay_up(t->s)) {
		step_kill_all(t);
		return;
	}
	t->s->stop = STOP_TERM;
	enter(t, GPHASE_QUIESCING, t->s->grace_ms);
	act(t, SACT_TERM);
}

static void make_quiet(struct step *t)
{
	t->s->stop = STOP_QUIET;
	enter(t, GPHASE_QUIESCING, SESSION_QUIET_MS);
	act(t, SACT_QUIET);
}

static void prove(struct step *t)
{
	t->s->stop = STOP_PROVE;
	t->s->phase_due = SESSION_NEVER; /* PROOF comes before any timer */
	act(t, SACT_PROVE);
}

void step_end(struct step *t)
{
	enter(t, GPHASE_ENDING, SESSION_REBOOT_MS);
	act(t, SACT_REBOOT);
}

/* ---- what happens inside */

void step_reach(struct step *t, enum boot_stage stage)
{
	if (stage <= t->s->stage)
		return;
	t->s->stage = (uint8_t)stage;
	t->s->stage_ms = (uint32_t)t->now;
	say_stage(t->s, t->out);
}

static void on_stage(struct step *t)
{
	step_reach(t, (enum boot_stage)t->ev->count);
}

static void on_dropped(struct step *t)
{
	t->s->dropped += t->ev->count;
}

void step_wish(struct step *t, enum intent intent, enum intent_cause cause,
	       uint32_t detail)
{
	t->out->answer = ANSWER_ACCEPTED;
	if (t->s->intent == INTENT_NONE) {
		t->s->detail = detail;
		step_begin(t, intent, cause);
		say_intent(t->s, t->out);
	} else if (t->s->intent != intent) {
		t->out->answer = ANSWER_BUSY;
	}
}

static void on_wish(struct step *t)
{
	step_wish(t, t->ev->intent, t->ev->cause, t->ev->detail);
}

static void on_alone(struct step *t)
{
	if (t->s->intent == INTENT_NONE)
		pay_alone(t);
	else if (t->s->stop == STOP_KILL)
		make_quiet(t);
}

static void on_quiet(struct step *t)
{
	if (t->s->stop == STOP_QUIET)
		prove(t);
}

static void on_proof(struct step *t)
{
	if (t->s->stop != STOP_PROVE)
		return;
	t->s->stop = STOP_NONE;
	t->s->proof = t->ev->proof;
	t->s->took_ms = (uint32_t)(t->now - t->s->granted_ms);
	enter(t, GPHASE_QUIESCED,
	      t->s->welcomed ? SESSION_COMMIT_MS : SESSION_GRANT_MS);
	say_quiesced(t->s, t->out);
}

static void on_still_here(struct step *t)
{
	if (t->s->phase != GPHASE_ENDING)
		return;
	enter(t, GPHASE_ENDING, SESSION_REBOOT_MS);
	act(t, SACT_REBOOT_SELF);
}

/* ---- time */

static void quiescing_due(struct step *t)
{
	static void (*const next[])(struct step * t) = {
		[STOP_TERM] = step_kill_all,
		[STOP_KILL] = make_quiet, /* the proof tells of who stayed */
		[STOP_QUIET] = prove,
	};

	if (t->s->stop < ARRAY_SIZE(next) && next[t->s->stop])
		next[t->s->stop](t);
}

static void (*const on_due[GPHASES])(struct step *t) = {
	[GPHASE_WAITING] = step_quiesce,
	[GPHASE_QUIESCING] = quiescing_due,
	[GPHASE_QUIESCED] = step_end,
	[GPHASE_ENDING] = on_still_here,
};

static void on_timer(struct step *t)
{
	if (t->now >= t->s->phase_due && on_due[t->s->phase])
		on_due[t->s->phase](t);
	pay_due(t);
	if (t->now >= t->s->hello_due)
		step_hello(t);
	if (t->now >= t->s->beat_due)
		heartbeat(t);
}

static void (*const on_event[])(struct step *t) = {
	[SEV_BOOTED] = pay_booted,	  [SEV_LINKED] = host_introduce,
	[SEV_UNLINKED] = host_leaves,	  [SEV_MSG] = host_says,
	[SEV_DROPPED] = on_dropped,	  [SEV_TIMER] = on_timer,
	[SEV_STARTED] = pay_started,	  [SEV_NOT_STARTED] = pay_not_started,
	[SEV_READY] = pay_ready,	  [SEV_NOTIFY] = pay_notifies,
	[SEV_CHECKED] = pay_checked,	  [SEV_EXITED] = pay_exited,
	[SEV_ALONE] = on_alone,		  [SEV_WISH] = on_wish,
	[SEV_QUIET] = on_quiet,		  [SEV_PROOF] = on_proof,
	[SEV_STILL_HERE] = on_still_here, [SEV_STAGE] = on_stage,
};
_Static_assert(ARRAY_SIZE(on_event) == SEV_KINDS, "one handler per event");

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_due(const struct session *s)
{
	uint64_t link = earlier(s->hello_due, s->beat_due);
	uint64_t payload = earlier(s->pay_due, s->health_due);

	return earlier(s->phase_due, earlier(link, payload));
}

void session_step(struct session *s, const struct session_event *ev,
		  uint64_t now_ms, struct session_out *out)
{
	struct step t = { s, ev, now_ms, out };

	out->msgs = 0;
	out->actions = 0;
	out->answer = ANSWER_NONE;
	on_event[ev->kind](&t);
	if (s->phase == GPHASE_ENDING)
		s->hello_due = s->beat_due = SESSION_NEVER;
	out->due_ms = next_due(s);
}
