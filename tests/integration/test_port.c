// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_port.c - the agent's port of a guest, without a shim
 *
 * Theory of operation: the shim is killed, QEMU lives on, and the test is the
 * host: it takes the port and is gone again, sometimes so soon that the guest
 * cannot see it, which is why it asks until it hears HELLO.
 */
#include "tests/integration/both.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/config/runtime.h"
#include "host/sentence.h"

enum { ASK_MS = 1000, HOSTS = 4 };

struct host {
	struct rig *rig;
	int fd;
	struct wire_reader in;
	uint64_t epoch;
	uint32_t seq;
	struct msg last[MSG_TYPES]; /* of each type; 0: none came */
};

static void take_port(struct host *h)
{
	char error[SENTENCE_MAX];

	h->in = (struct wire_reader){ .start = 0 };
	memset(h->last, 0, sizeof(h->last));
	h->fd = runtime_dial(h->rig->name, RUNTIME_AGENT, error);
	if (h->fd < 0)
		rig_fail(h->rig, error);
}

static void say(struct host *h, struct msg m)
{
	uint8_t frame[WIRE_FRAME_MAX];
	size_t n;

	m.epoch = h->epoch;
	m.seq = ++h->seq;
	n = msg_write(&m, frame);
	assert_int_equal(send(h->fd, frame, n, MSG_NOSIGNAL), n);
}

static void hear(struct host *h, int timeout_ms)
{
	struct pollfd p = { .fd = h->fd, .events = POLLIN };
	struct frame f;
	struct msg m;
	uint8_t *to;
	size_t room;
	ssize_t n;

	if (poll(&p, 1, timeout_ms) <= 0)
		return;
	to = wire_room(&h->in, &room);
	n = recv(h->fd, to, room, MSG_DONTWAIT);
	if (n <= 0)
		rig_fail(h->rig, "QEMU hung up");
	wire_filled(&h->in, (size_t)n);
	while (wire_next(&h->in, &f))
		if (msg_parse(&f, &m) == 0)
			h->last[m.type] = m;
}

static const struct msg *await(struct host *h, enum msg_type type)
{
	int64_t end_ms = child_deadline();

	while (!h->last[type].type) {
		if (child_left(end_ms) == 0)
			rig_fail(h->rig, msg_name((uint8_t)type));
		hear(h, ASK_MS);
	}
	return &h->last[type];
}

/* Until it hears us: a reconnection that is quick goes unseen. */
static void introduce(struct host *h)
{
	int64_t end_ms = child_deadline();

	while (!h->last[MSG_HELLO].type) {
		if (child_left(end_ms) == 0)
			rig_fail(h->rig, "no HELLO");
		say(h, (struct msg){ .type = MSG_ASK });
		hear(h, ASK_MS);
	}
	assert_int_equal(h->last[MSG_HELLO].hello.phase, GPHASE_SERVING);
	if (h->epoch)
		assert_true(h->last[MSG_HELLO].epoch == h->epoch);
	h->epoch = h->last[MSG_HELLO].epoch;
	say(h, (struct msg){ .type = MSG_WELCOME,
			     .welcome = { .heartbeat_ms = HEARTBEAT_MIN_MS,
					  .generation = 1,
					  .boot = 1 } });
	await(h, MSG_READY);
	await(h, MSG_STAGE);
	await(h, MSG_HEARTBEAT);
}

static void end_in_order(struct host *h)
{
	const uint8_t end = INTENT_POWEROFF;

	say(h, (struct msg){ .type = MSG_REQUEST, .request = { end, 5000 } });
	assert_int_equal(await(h, MSG_INTENT)->intent.cause, ICAUSE_OPERATOR);
	say(h, (struct msg){ .type = MSG_GRANT, .grant = { end, 5000 } });
	assert_true(proof_clean(&await(h, MSG_QUIESCED)->quiesced.proof));
	say(h, (struct msg){ .type = MSG_COMMIT, .commit = { end } });
}

static void guest_whose_host_dies_serves_the_next_ones(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct host h = { .rig = r };

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	kill(r->shim.pid, SIGKILL);
	assert_int_equal(rig_await_end(r), -SIGKILL);
	for (int i = 0; i < HOSTS; i++) {
		take_port(&h);
		if (i % 2) { /* cut within a frame, and at once */
			assert_int_equal(send(h.fd, "RPR1\20\0\10", 7, 0), 7);
			close(h.fd);
			take_port(&h);
		}
		introduce(&h);
		if (i == HOSTS - 1)
			end_in_order(&h);
		close(h.fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(guest_whose_host_dies_serves_the_next_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
