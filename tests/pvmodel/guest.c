// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/guest.c - the guest's side of the agent port
 *
 * A guest that does at once what it is asked: HELLO when it boots, READY when
 * it is welcomed, INTENT on REQUEST, QUIESCED on GRANT, its end on COMMIT. It
 * has common/ in common with the real one, and nothing else.
 */
#include "tests/pvmodel/model.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(struct model *m, struct msg *msg)
{
	struct guest *g = &m->guest;
	uint8_t buf[WIRE_FRAME_MAX];
	size_t n;

	if (m->script.garbage)
		noise_send(m);
	msg->epoch = g->epoch;
	msg->seq = ++g->seq;
	n = msg_write(msg, buf);
	if (g->fd >= 0)
		(void)!send(g->fd, buf, n, MSG_NOSIGNAL);
}

static void say_hello(struct model *m)
{
	struct msg hello = { .type = MSG_HELLO,
			     .hello = { .image = "unknown", .init_ms = 1 } };

	hello.hello.secure = secure_is(m);
	hello.hello.phase = m->guest.phase;
	hello.hello.intent = m->guest.intent;
	if (m->script.other_image)
		strcpy(hello.hello.image, "other 9");
	if (m->guest.up && !m->script.no_hello)
		say(m, &hello);
}

static void say_ready(struct model *m)
{
	struct msg out = { .type = MSG_READY,
			   .ready = { .init_ms = 1, .ready_ms = 2 } };

	m->guest.phase = GPHASE_SERVING;
	say(m, &out);
}

static void on_welcome(struct model *m, const struct msg *in)
{
	(void)in;
	if (m->guest.ready)
		return;
	m->guest.ready = true;
	say_ready(m);
	if (m->script.garbage && !m->machine.resets)
		noise_send(m); /* once: while it serves */
	if (m->script.fails)
		machine_guest_ends(m, true);
}

static void say_intent(struct model *m)
{
	struct msg out = { .type = MSG_INTENT };

	m->guest.phase = GPHASE_WAITING;
	out.intent.intent = m->guest.intent;
	out.intent.cause = ICAUSE_OPERATOR;
	out.intent.grace_ms = m->guest.grace_ms;
	say(m, &out);
}

static void on_request(struct model *m, const struct msg *in)
{
	struct msg out = { .type = MSG_REFUSED };

	if (m->script.no_intent)
		return;
	if (m->script.policy) {
		out.refused.intent = in->request.intent;
		out.refused.reason = REFUSAL_POLICY;
		say(m, &out);
		return;
	}
	m->guest.intent = in->request.intent;
	m->guest.grace_ms = in->request.grace_ms;
	say_intent(m);
}

static void say_quiesced(struct model *m)
{
	struct msg out = { .type = MSG_QUIESCED };

	m->guest.phase = GPHASE_QUIESCED;
	out.quiesced.intent = m->guest.intent;
	out.quiesced.proof.rw_mounts = m->script.unclean ? 1 : 0;
	say(m, &out);
}

static void on_grant(struct model *m, const struct msg *in)
{
	m->guest.phase = GPHASE_QUIESCING;
	m->guest.intent = in->grant.intent;
	if (!monitor_waits(m, WAIT_GRANT))
		say_quiesced(m);
}

static void end(struct model *m)
{
	if (m->script.garbage)
		noise_send(m);
	machine_guest_ends(m, m->guest.intent != INTENT_POWEROFF);
}

static void on_commit(struct model *m, const struct msg *in)
{
	if (in->commit.intent != m->guest.intent || m->script.stays)
		return;
	m->guest.phase = GPHASE_ENDING;
	if (!monitor_waits(m, WAIT_COMMIT))
		end(m);
}

/* Who it is, and what it was about to do meanwhile. */
static void on_ask(struct model *m, const struct msg *in)
{
	(void)in;
	say_hello(m);
	if (m->guest.phase == GPHASE_SERVING)
		say_ready(m);
	else if (m->guest.phase == GPHASE_WAITING)
		say_intent(m);
	else if (m->guest.phase == GPHASE_QUIESCING ||
		 m->guest.phase == GPHASE_QUIESCED)
		say_quiesced(m);
	else if (m->guest.phase == GPHASE_ENDING)
		end(m);
}

static void take(struct model *m, const struct msg *in)
{
	static void (*const by_type[MSG_TYPES])(struct model * m,
						const struct msg *in) = {
		[MSG_WELCOME] = on_welcome, [MSG_REQUEST] = on_request,
		[MSG_GRANT] = on_grant,	    [MSG_COMMIT] = on_commit,
		[MSG_ASK] = on_ask,
	};

	if (m->guest.up &&
	    (in->type == MSG_ASK || in->epoch == m->guest.epoch) &&
	    by_type[in->type])
		by_type[in->type](m, in);
}

static void on_listener(void *ctx, uint32_t events);

static void detach(struct model *m)
{
	loop_remove(&m->loop, m->guest.slot);
	close(m->guest.fd);
	m->guest.fd = m->guest.slot = -1;
	on_listener(m, 0); /* the next one waits already */
}

static void on_client(void *ctx, uint32_t events)
{
	struct model *m = ctx;
	struct frame f;
	struct msg in;
	size_t room;
	uint8_t *at = wire_room(&m->guest.reader, &room);
	ssize_t n = recv(m->guest.fd, at, room, 0);

	(void)events;
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			detach(m);
		return;
	}
	wire_filled(&m->guest.reader, (size_t)n);
	while (wire_next(&m->guest.reader, &f))
		if (msg_parse(&f, &in) == 0)
			take(m, &in);
}

static void on_listener(void *ctx, uint32_t events)
{
	struct model *m = ctx;
	struct guest *g = &m->guest;

	(void)events;
	if (g->fd >= 0)
		return; /* a second client waits in the backlog */
	g->fd = accept4(m->line.agent, NULL, NULL,
			SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (g->fd < 0)
		return;
	wire_reset(&g->reader);
	g->slot = loop_add(&m->loop, g->fd, EPOLLIN, on_client, m);
	say_hello(m);
}

int guest_listen(struct model *m)
{
	m->guest.fd = m->guest.slot = -1;
	return loop_add(&m->loop, m->line.agent, EPOLLIN | EPOLLET, on_listener,
			m);
}

void guest_boot(struct model *m)
{
	struct guest *g = &m->guest;

	g->epoch_before = g->epoch;
	while (getrandom(&g->epoch, sizeof(g->epoch), 0) < 0 || !g->epoch)
		;
	g->seq = 0;
	g->up = true;
	g->ready = false;
	g->phase = GPHASE_BOOTING;
	g->intent = INTENT_NONE;
	say_hello(m);
}

void guest_stop(struct model *m)
{
	m->guest.up = false;
}
