// SPDX-License-Identifier: Apache-2.0
/*
 * guest/core/say.c - the messages of a session, made from its state
 */
#include "guest/core/say.h"

#include <string.h>

#include "guest/core/step.h"

/* The next message to send; the caller fills in its body. */
static struct msg *say(struct session *s, struct session_out *out,
		       enum msg_type type)
{
	struct msg *m = &out->msg[out->msgs++];

	memset(m, 0, sizeof(*m));
	m->type = (uint8_t)type;
	m->epoch = s->id.epoch;
	m->seq = ++s->seq;
	return m;
}

void say_hello(struct session *s, struct session_out *out)
{
	struct msg_hello *h = &say(s, out, MSG_HELLO)->hello;

	memcpy(h->image, s->id.image, sizeof(h->image));
	h->secure = s->id.secure;
	h->phase = (uint8_t)s->phase;
	h->intent = (uint8_t)s->intent;
	h->init_ms = s->id.init_ms;
}

void say_ready(struct session *s, struct session_out *out)
{
	struct msg_ready *r = &say(s, out, MSG_READY)->ready;

	r->init_ms = s->id.init_ms;
	r->ready_ms = s->ready_ms;
}

void say_heartbeat(struct session *s, struct session_out *out, uint64_t now_ms)
{
	struct msg_heartbeat *h = &say(s, out, MSG_HEARTBEAT)->heartbeat;

	h->health = pay_up(s) && !s->health_bad ? 0 : 1;
	h->progress = s->progress;
	h->uptime_ms = (uint32_t)now_ms;
	h->dropped = s->dropped;
}

/* All that may pass until QUIESCED: the grace and the two bounded steps. */
static uint32_t time_needed(const struct session *s)
{
	uint32_t ms = s->grace_max_ms + SESSION_KILL_MS + SESSION_QUIET_MS;

	return ms < GRACE_MAX_MS ? ms : GRACE_MAX_MS;
}

void say_intent(struct session *s, struct session_out *out)
{
	struct msg_intent *i = &say(s, out, MSG_INTENT)->intent;

	i->intent = (uint8_t)s->intent;
	i->cause = (uint8_t)s->cause;
	i->detail = s->detail;
	i->grace_ms = time_needed(s);
}

void say_quiesced(struct session *s, struct session_out *out)
{
	struct msg_quiesced *q = &say(s, out, MSG_QUIESCED)->quiesced;

	q->intent = (uint8_t)s->intent;
	q->proof = s->proof;
	q->took_ms = s->took_ms;
}

void say_stage(struct session *s, struct session_out *out)
{
	struct msg_stage *m = &say(s, out, MSG_STAGE)->stage;

	m->stage = s->stage;
	m->ms = s->stage_ms;
}

void say_refused(struct session *s, struct session_out *out, uint8_t intent,
		 enum refusal reason)
{
	struct msg_refused *r = &say(s, out, MSG_REFUSED)->refused;

	r->intent = intent;
	r->reason = (uint8_t)reason;
}
