// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/test_hostile.c - PID 1 on the stand, and a host that means harm
 *
 * Theory of operation: the host says every message, known or not, with every
 * length of body, of this epoch and of another, and bytes that are none, as
 * fast as the port takes them, while PID 1 boots, serves and ends. It keeps
 * back what would hurry an end, GRANT and COMMIT, and the image lets it ask
 * for none: so nothing at all may come of it.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "common/msg.h"
#include "guest/core/session.h"
#include "tests/sweep/stand.h"

enum {
	DEADLINE_MS = 60000,
	GRACE_MS = 1000, /* in init.conf */
	/* GRANT's wait, grace, COMMIT's wait, and as much for a busy machine */
	END_MS = 2 * (SESSION_GRANT_MS + GRACE_MS + SESSION_COMMIT_MS),
	GROWTH_KIB = 16,
	ROUNDS = 3,
	TYPES = MSG_TYPES + 3,
};

struct hostile {
	struct stand s;
	struct wire_reader in;
	uint64_t epoch;
	uint32_t seq, random;
	unsigned int seen[MSG_TYPES];
	struct proof proof;
	bool ended;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void take(struct hostile *h, const struct msg *m)
{
	h->seen[m->type]++;
	if (m->type == MSG_HELLO)
		h->epoch = m->epoch;
	if (m->type == MSG_QUIESCED)
		h->proof = m->quiesced.proof;
}

static void hear(struct hostile *h)
{
	struct frame f;
	struct msg m;
	size_t room;
	ssize_t n;

	do {
		uint8_t *to = wire_room(&h->in, &room);

		n = read(h->s.port, to, room);
		if (n > 0)
			wire_filled(&h->in, (size_t)n);
		while (wire_next(&h->in, &f))
			if (msg_parse(&f, &m) == 0)
				take(h, &m);
	} while (n > 0);
}

/* Until something happens; @wanted: POLLOUT too? Return: can be written to */
static bool turn(struct hostile *h, short wanted)
{
	struct pollfd fds[] = {
		{ .fd = h->s.port, .events = (short)(POLLIN | wanted) },
		{ .fd = h->s.console, .events = POLLIN },
		{ .fd = h->s.pidfd, .events = POLLIN },
	};
	char text[4096];

	assert_true(poll(fds, ARRAY_SIZE(fds), DEADLINE_MS) > 0);
	hear(h);
	(void)!read(h->s.console, text, sizeof(text));
	h->ended = fds[2].revents;
	return fds[0].revents & POLLOUT;
}

static void await(struct hostile *h, enum msg_type type, unsigned int count)
{
	int64_t end_ms = now_ms() + DEADLINE_MS;

	while (h->seen[type] < count) {
		assert_true(now_ms() < end_ms);
		assert_false(h->ended);
		turn(h, 0);
	}
}

static void shout(struct hostile *h, const uint8_t *bytes, size_t len)
{
	while (len && !h->ended) {
		ssize_t n = turn(h, POLLOUT) ? write(h->s.port, bytes, len) : 0;

		assert_true(n >= 0 || errno == EAGAIN);
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

static void fill(struct hostile *h, uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		h->random = h->random * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(h->random >> 24);
	}
}

static void shout_frame(struct hostile *h, uint8_t type, uint16_t len,
			uint64_t epoch)
{
	uint8_t body[WIRE_BODY_MAX], frame[WIRE_FRAME_MAX];
	const struct frame f = { type, epoch, ++h->seq, len, body };

	fill(h, body, len);
	if (len && type == MSG_REQUEST)
		body[0] = (uint8_t)(1 + body[0] % (INTENTS - 1));
	shout(h, frame, wire_write(&f, frame));
}

static void shout_well(struct hostile *h, struct msg m)
{
	uint8_t frame[WIRE_FRAME_MAX];

	m.epoch = h->epoch;
	m.seq = ++h->seq;
	shout(h, frame, msg_write(&m, frame));
}

/* Every message, every length; and what has a meaning, again and again. */
static void shout_all(struct hostile *h)
{
	uint8_t noise[64];

	for (unsigned int i = 0; i < TYPES * (WIRE_BODY_MAX + 1U); i++) {
		uint8_t type = (uint8_t)(i % TYPES);
		uint16_t len = (uint16_t)(i / TYPES);

		if (h->ended)
			return;
		shout_frame(h, type, len, ~h->epoch);
		if (type != MSG_GRANT && type != MSG_COMMIT)
			shout_frame(h, type, len, h->epoch);
		if (type)
			continue;
		fill(h, noise, sizeof(noise));
		shout(h, noise, len % sizeof(noise));
		shout_well(h, (struct msg){ .type = MSG_ASK });
		shout_well(h,
			   (struct msg){
				   .type = MSG_WELCOME,
				   .welcome = { .heartbeat_ms =
							HEARTBEAT_MIN_MS } });
		shout_well(h, (struct msg){ .type = MSG_REQUEST,
					    .request = { INTENT_REBOOT, 1 } });
	}
}

static void start(struct hostile *h, const char *payload)
{
	char conf[256];
	const struct stand_plan plan = { conf, true, false, false };
	int r;

	snprintf(conf, sizeof(conf),
		 "[payload]\nexec = /bin/payload %s\nready = descriptor\n"
		 "grace = 1 s\n[policy]\nhost-may-reboot = no\n"
		 "host-may-poweroff = no\n",
		 payload);
	memset(h, 0, sizeof(*h));
	r = stand_start(&h->s, &plan);
	if (r == -EPERM || r == -ENOSYS || r == -ENOSPC) {
		stand_end(&h->s);
		print_message("no user namespace: %s\n", strerror(-r));
		skip();
	}
	assert_int_equal(r, 0);
	await(h, MSG_HELLO, 1);
}

/*
 * Somebody inside wants an end, and the host goes on all the while: if it could
 * put the end off it would do so for ever.
 */
static void end_amid_shouts(struct hostile *h)
{
	int64_t begun_ms = now_ms();
	int status;

	assert_int_equal(h->seen[MSG_INTENT], 0);
	kill(h->s.pid, SIGUSR2);
	while (!h->ended) {
		assert_true(now_ms() - begun_ms < DEADLINE_MS);
		shout_all(h);
	}
	assert_true(now_ms() - begun_ms < DEADLINE_MS);
	hear(h);
	status = stand_wait(&h->s);
	stand_end(&h->s);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	assert_true(h->seen[MSG_INTENT] >= 1);
	assert_true(h->seen[MSG_QUIESCED] >= 1);
	assert_int_equal(h->proof.processes, 0);
}

static void boot_amid_shouts_goes_on_and_ends_as_meant(void **state)
{
	static struct hostile h;

	(void)state;
	start(&h, "hold");
	shout_all(&h);
	assert_false(h.ended);
	assert_true(h.seen[MSG_REFUSED] > 0);
	end_amid_shouts(&h);
	assert_int_equal(h.seen[MSG_READY], 0);
}

static void service_amid_shouts_needs_no_more_memory_and_ends(void **state)
{
	static struct hostile h;
	unsigned long before, after;

	(void)state;
	start(&h, "stubborn");
	await(&h, MSG_READY, 1);
	shout_all(&h); /* whatever is touched once is touched now */
	before = stand_anonymous_kib(&h.s);
	for (int i = 0; i < ROUNDS; i++)
		shout_all(&h);
	after = stand_anonymous_kib(&h.s);
	print_message(
		"anonymous memory %lu KiB, after %u more frames %lu KiB\n",
		before, h.seq, after);
	assert_true(before && after <= before + GROWTH_KIB);
	await(&h, MSG_HEARTBEAT, h.seen[MSG_HEARTBEAT] + 1);
	end_amid_shouts(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_amid_shouts_goes_on_and_ends_as_meant),
		cmocka_unit_test(
			service_amid_shouts_needs_no_more_memory_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
