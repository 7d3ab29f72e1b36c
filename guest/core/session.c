// SPDX-License-Identifier: Apache-2.0
/*
 * guest/core/session.c - one epoch of the guest, as PID 1 lives it
 *
 * Theory of operation: an epoch goes one way,
 *
 *	BOOTING > SERVING > WAITING > QUIESCING > QUIESCED > ENDING
 *
 * and may leave out SERVING. The first two last as long as the payload lives
 * and nobody wants an end. Each of the others has a deadline after which the
 * session goes on by itself, so that from the first wish on it ends whatever
 * host and payload do. QUIESCING has steps: TERM, KILL, sync and unmount,
 * proof. on_event[] and on_msg[] say what each event and message means.
 *
 * Invariants: there is an intent in WAITING and later, and none before. What
 * the host says can start an intent that the rules allow, shorten the grace,
 * and hurry the deadlines of WAITING and QUIESCED; nothing else.
 */
#include "guest/core/session.h"

#include "common/array.h"
#include "guest/core/say.h"

/* One step: what all handlers need. */
struct step {
	struct session *s;
	const struct session_event *ev;
	uint64_t now;
	struct session_out *out;
};

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
	};
}

static void act(struct step *t, enum session_action action)
{
	t->out->actions |= 1U << action;
}

static void hello(struct step *t)
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

/* The host may ask for less grace than the sealed one, never for more. */
static void shorten_grace(struct session *s, uint32_t grace_ms)
{
	if (grace_ms && grace_ms < s->grace_ms)
		s->grace_ms = grace_ms;
}

static void begin(struct step *t, enum intent intent, enum intent_cause cause)
{
	t->s->intent = intent;
	t->s->cause = cause;
	t->s->grace_ms = t->s->rules.grace_ms;
	enter(t, GPHASE_WAITING, SESSION_GRANT_MS);
}

static void kill_all(struct step *t)
{
	t->s->stop = STOP_KILL;
	enter(t, GPHASE_QUIESCING, SESSION_KILL_MS);
	act(t, SACT_KILL);
}

static void quiesce(struct step *t)
{
	t->s->granted_ms = t->now;
	if (!t->s->payload_up) {
		kill_all(t);
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

static void end(struct step *t)
{
	enter(t, GPHASE_ENDING, SESSION_REBOOT_MS);
	act(t, SACT_REBOOT);
}

/* ---- what the host says */

/* To a host that may know nothing: who we are, and where. */
static void introduce(struct step *t)
{
	t->s->welcomed = false;
	hello(t);
	switch (t->s->phase) {
	case GPHASE_SERVING:
		say_ready(t->s, t->out);
		break;
	case GPHASE_WAITING:
		say_intent(t->s, t->out);
		break;
	case GPHASE_QUIESCED:
		say_quiesced(t->s, t->out);
		break;
	case GPHASE_BOOTING:
	case GPHASE_QUIESCING:
	case GPHASE_ENDING:
	case GPHASES:
		break;
	}
}

static void on_welcome(struct step *t)
{
	const struct msg_welcome *w = &t->ev->msg->welcome;

	t->s->welcomed = true;
	t->s->hello_due = SESSION_NEVER;
	t->s->heartbeat_ms = w->heartbeat_ms;
	t->s->beat_due = t->now + w->heartbeat_ms;
	t->s->generation = w->generation;
	t->s->boot = w->boot;
	if (t->s->stage)
		say_stage(t->s, t->out); /* of those before it heard none */
	act(t, SACT_WELCOMED);
}

static bool allowed(const struct session_rules *r, uint8_t intent)
{
	return intent == INTENT_POWEROFF ? r->host_may_poweroff
					 : r->host_may_reboot;
}

static void on_request(struct step *t)
{
	const struct msg_request *r = &t->ev->msg->request;

	if (!allowed(&t->s->rules, r->intent)) {
		say_refused(t->s, t->out, r->intent, REFUSAL_POLICY);
		return;
	}
	if (t->s->intent != INTENT_NONE && t->s->intent != r->intent) {
		say_refused(t->s, t->out, r->intent, REFUSAL_BUSY);
		return;
	}
	if (t->s->intent == INTENT_NONE)
		begin(t, r->intent, ICAUSE_OPERATOR);
	if (t->s->phase == GPHASE_WAITING)
		shorten_grace(t->s, r->grace_ms);
	say_intent(t->s, t->out);
}

static void on_grant(struct step *t)
{
	const struct msg_grant *g = &t->ev->msg->grant;

	if (t->s->phase != GPHASE_WAITING || g->intent != t->s->intent)
		return;
	shorten_grace(t->s, g->grace_ms);
	quiesce(t);
}

static void on_commit(struct step *t)
{
	if (t->s->phase == GPHASE_QUIESCED &&
	    t->ev->msg->commit.intent == t->s->intent)
		end(t);
}

static void (*const on_msg[MSG_TYPES])(struct step *t) = {
	[MSG_ASK] = introduce,	    [MSG_WELCOME] = on_welcome,
	[MSG_REQUEST] = on_request, [MSG_GRANT] = on_grant,
	[MSG_COMMIT] = on_commit,
};

/* Of another epoch, or not for a guest: counted. ASK may not know ours. */
static void on_any_msg(struct step *t)
{
	const struct msg *m = t->ev->msg;

	if (m->type < ARRAY_SIZE(on_msg) && on_msg[m->type] &&
	    (m->type == MSG_ASK || m->epoch == t->s->id.epoch))
		on_msg[m->type](t);
	else
		t->s->dropped++;
}

/* ---- what happens inside */

static void on_booted(struct step *t)
{
	if (t->s->phase == GPHASE_BOOTING)
		act(t, SACT_START);
}

static void on_dropped(struct step *t)
{
	t->s->dropped += t->ev->count;
}

static void reach(struct step *t, enum boot_stage stage)
{
	if (stage <= t->s->stage)
		return;
	t->s->stage = (uint8_t)stage;
	t->s->stage_ms = (uint32_t)t->now;
	say_stage(t->s, t->out);
}

static void on_stage(struct step *t)
{
	reach(t, (enum boot_stage)t->ev->count);
}

static void on_ready(struct step *t)
{
	if (t->s->ready)
		return;
	t->s->ready = true;
	t->s->ready_ms = (uint32_t)t->now;
	if (t->s->phase == GPHASE_BOOTING) {
		t->s->phase = GPHASE_SERVING;
		say_ready(t->s, t->out);
	}
	reach(t, BOOT_READY);
}

static void on_started(struct step *t)
{
	t->s->payload_up = true;
	reach(t, BOOT_PAYLOAD);
	if (t->s->rules.ready_at_start)
		on_ready(t);
}

static void wish(struct step *t, enum intent intent, enum intent_cause cause,
		 uint32_t detail)
{
	t->out->answer = ANSWER_ACCEPTED;
	if (t->s->intent == INTENT_NONE) {
		t->s->detail = detail;
		begin(t, intent, cause);
		say_intent(t->s, t->out);
	} else if (t->s->intent != intent) {
		t->out->answer = ANSWER_BUSY;
	}
}

static void on_wish(struct step *t)
{
	wish(t, t->ev->intent, t->ev->cause, t->ev->detail);
}

static void on_not_started(struct step *t)
{
	wish(t, INTENT_POWEROFF, ICAUSE_INIT,
	     BOOT_PAYLOAD << 8 | (t->ev->count & 0xff));
}

static void on_exited(struct step *t)
{
	const struct session_rules *r = &t->s->rules;
	uint32_t status = t->ev->count;

	t->s->payload_up = false;
	if (t->s->intent == INTENT_NONE) {
		wish(t, status ? r->on_failure : r->on_exit,
		     ICAUSE_PAYLOAD_EXIT, status);
	} else if (t->s->stop == STOP_TERM) {
		kill_all(t); /* what it left behind */
	}
}

static void on_alone(struct step *t)
{
	if (t->s->stop == STOP_KILL)
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
	enter(t, GPHASE_QUIESCED, SESSION_COMMIT_MS);
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
		[STOP_TERM] = kill_all,
		[STOP_KILL] = make_quiet, /* the proof tells of who stayed */
		[STOP_QUIET] = prove,
	};

	if (t->s->stop < ARRAY_SIZE(next) && next[t->s->stop])
		next[t->s->stop](t);
}

static void (*const on_due[GPHASES])(struct step *t) = {
	[GPHASE_WAITING] = quiesce,
	[GPHASE_QUIESCING] = quiescing_due,
	[GPHASE_QUIESCED] = end,
	[GPHASE_ENDING] = on_still_here,
};

static void on_timer(struct step *t)
{
	if (t->now >= t->s->phase_due && on_due[t->s->phase])
		on_due[t->s->phase](t);
	if (t->now >= t->s->hello_due)
		hello(t);
	if (t->now >= t->s->beat_due)
		heartbeat(t);
}

static void (*const on_event[])(struct step *t) = {
	[SEV_BOOTED] = on_booted,
	[SEV_LINKED] = introduce,
	[SEV_MSG] = on_any_msg,
	[SEV_DROPPED] = on_dropped,
	[SEV_TIMER] = on_timer,
	[SEV_STARTED] = on_started,
	[SEV_NOT_STARTED] = on_not_started,
	[SEV_READY] = on_ready,
	[SEV_EXITED] = on_exited,
	[SEV_ALONE] = on_alone,
	[SEV_WISH] = on_wish,
	[SEV_QUIET] = on_quiet,
	[SEV_PROOF] = on_proof,
	[SEV_STILL_HERE] = on_still_here,
	[SEV_STAGE] = on_stage,
};
_Static_assert(ARRAY_SIZE(on_event) == SEV_KINDS, "one handler per event");

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
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
	out->due_ms = earlier(s->phase_due, earlier(s->hello_due, s->beat_due));
}
