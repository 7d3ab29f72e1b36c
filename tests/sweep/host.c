// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/host.c - the host's side of the port, as the protocol has it
 */
#include "tests/sweep/host.h"

#include <unistd.h>

void host_init(struct host *h, int fd)
{
	*h = (struct host){ .fd = fd };
}

static void say(struct host *h, struct msg *m)
{
	uint8_t frame[WIRE_FRAME_MAX];
	size_t n;

	m->epoch = h->epoch;
	m->seq = ++h->seq;
	n = msg_write(m, frame);
	(void)!write(h->fd, frame, n); /* as lost as a host may be */
}

void host_request(struct host *h, enum intent intent)
{
	say(h, &(struct msg){ .type = MSG_REQUEST,
			      .request = { .intent = (uint8_t)intent,
					   .grace_ms = 1000 } });
}

static void welcome(struct host *h)
{
	say(h, &(struct msg){ .type = MSG_WELCOME,
			      .welcome = { .heartbeat_ms = HEARTBEAT_MIN_MS,
					   .generation = 1,
					   .boot = 1 } });
}

static void take(struct host *h, const struct msg *m)
{
	h->seen[m->type]++;
	switch (m->type) {
	case MSG_HELLO:
		h->epoch = m->epoch;
		welcome(h);
		break;
	case MSG_INTENT:
		h->intent = m->intent;
		say(h,
		    &(struct msg){ .type = MSG_GRANT,
				   .grant = { .intent = m->intent.intent } });
		break;
	case MSG_QUIESCED:
		h->proof = m->quiesced.proof;
		say(h, &(struct msg){
			       .type = MSG_COMMIT,
			       .commit = { .intent = m->quiesced.intent } });
		break;
	default:
		break;
	}
}

void host_read(struct host *h)
{
	struct frame f;
	struct msg m;
	size_t room;
	ssize_t n;

	do {
		uint8_t *to = wire_room(&h->in, &room);

		n = read(h->fd, to, room);
		if (n > 0)
			wire_filled(&h->in, (size_t)n);
		while (wire_next(&h->in, &f))
			if (msg_parse(&f, &m) == 0)
				take(h, &m);
	} while (n > 0);
}
