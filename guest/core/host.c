// SPDX-License-Identifier: Apache-2.0
/*
 * guest/core/host.c - what the host says, and what little it may cause
 *
 * The host can start an intent that the rules allow, shorten the grace, and
 * hurry the deadlines of WAITING and QUIESCED; nothing else. A message of
 * another epoch is counted and dropped, but for ASK: it may not know ours.
 */
#include "guest/core/step.h"

#include "common/array.h"
#include "guest/core/say.h"

void host_introduce(struct step *t)
{
	t->s->welcomed = false;
	step_hello(t);
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

void host_leaves(struct step *t)
{
	t->s->welcomed = false;
	t->s->hello_due = t->s->beat_due = SESSION_NEVER;
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
		step_begin(t, r->intent, ICAUSE_OPERATOR);
	if (t->s->phase == GPHASE_WAITING)
		step_shorten_grace(t->s, r->grace_ms);
	say_intent(t->s, t->out);
}

static void on_grant(struct step *t)
{
	const struct msg_grant *g = &t->ev->msg->grant;

	if (t->s->phase != GPHASE_WAITING || g->intent != t->s->intent)
		return;
	step_shorten_grace(t->s, g->grace_ms);
	step_quiesce(t);
}

static void on_commit(struct step *t)
{
	if (t->s->phase == GPHASE_QUIESCED &&
	    t->ev->msg->commit.intent == t->s->intent)
		step_end(t);
}

void host_says(struct step *t)
{
	static void (*const on_msg[MSG_TYPES])(struct step * t) = {
		[MSG_ASK] = host_introduce, [MSG_WELCOME] = on_welcome,
		[MSG_REQUEST] = on_request, [MSG_GRANT] = on_grant,
		[MSG_COMMIT] = on_commit,
	};
	const struct msg *m = t->ev->msg;

	if (m->type < ARRAY_SIZE(on_msg) && on_msg[m->type] &&
	    (m->type == MSG_ASK || m->epoch == t->s->id.epoch))
		on_msg[m->type](t);
	else
		t->s->dropped++;
}
