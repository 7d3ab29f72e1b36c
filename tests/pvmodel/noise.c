// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/noise.c - bytes that must do nothing but be counted
 *
 * Once around: bytes that are no frame, half a frame, a frame with a bad CRC,
 * a type that nobody knows, a body too short, each message that only a host
 * may send; and whole frames of an epoch that is over, or was never begun.
 */
#include "tests/pvmodel/model.h"

#include <string.h>
#include <sys/socket.h>

enum { PLAIN = 64, HALF = 25, BEATS = 37 };

static void put(struct model *m, const uint8_t *bytes, size_t n)
{
	if (m->guest.fd >= 0)
		(void)!send(m->guest.fd, bytes, n, MSG_NOSIGNAL);
}

static void put_message(struct model *m, struct msg msg, uint64_t epoch)
{
	uint8_t buf[WIRE_FRAME_MAX];

	msg.epoch = epoch;
	msg.seq = 1;
	put(m, buf, msg_write(&msg, buf));
}

static void put_frame(struct model *m, uint8_t type, uint16_t len)
{
	const uint8_t body[8] = { 0 };
	const struct frame f = { .type = type,
				 .epoch = m->guest.epoch,
				 .seq = 1,
				 .len = len,
				 .body = body };
	uint8_t buf[WIRE_FRAME_MAX];

	put(m, buf, wire_write(&f, buf));
}

/* Bytes of no frame: PLAIN + HALF + BEATS. */
static void put_broken(struct model *m)
{
	struct msg beat = { .type = MSG_HEARTBEAT, .epoch = m->guest.epoch };
	uint8_t buf[WIRE_FRAME_MAX];

	memset(buf, 0xa5, PLAIN);
	put(m, buf, PLAIN);
	msg_write(&beat, buf);
	put(m, buf, HALF);
	buf[BEATS - 1] ^= 1;
	put(m, buf, BEATS);
}

/* Whole frames that are refused as messages: 7. */
static void put_refused(struct model *m)
{
	static const struct msg from_host[] = {
		{ .type = MSG_ASK },
		{ .type = MSG_WELCOME, .welcome.heartbeat_ms = 5000 },
		{ .type = MSG_REQUEST, .request.intent = INTENT_REBOOT },
		{ .type = MSG_GRANT, .grant.intent = INTENT_REBOOT },
		{ .type = MSG_COMMIT, .commit.intent = INTENT_REBOOT },
	};

	put_frame(m, 99, 0);
	put_frame(m, MSG_READY, 7);
	for (size_t i = 0; i < sizeof(from_host) / sizeof(from_host[0]); i++)
		put_message(m, from_host[i], m->guest.epoch);
}

void noise_send(struct model *m)
{
	const struct msg hello = { .type = MSG_HELLO };
	const struct msg quiesced = { .type = MSG_QUIESCED,
				      .quiesced.intent = INTENT_REBOOT };

	put_broken(m);
	put_refused(m);
	put_message(m, hello, m->guest.epoch_before);
	put_message(m, quiesced, ~m->guest.epoch);
}
