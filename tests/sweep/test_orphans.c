// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/test_orphans.c - PID 1 on the stand, and ten thousand orphans
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

#include "tests/sweep/host.h"
#include "tests/sweep/stand.h"

enum { DEADLINE_MS = 120000 };

static const char conf[] = "[payload]\nexec = /bin/payload orphans %d\n"
			   "ready = descriptor\n";

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void await(struct stand *s, struct host *h, enum msg_type type)
{
	int64_t end_ms = now_ms() + DEADLINE_MS;
	char text[512];

	while (!h->seen[type]) {
		struct pollfd fds[] = {
			{ .fd = s->port, .events = POLLIN },
			{ .fd = s->console, .events = POLLIN },
		};

		assert_true(now_ms() < end_ms);
		assert_true(poll(fds, 2, 1000) >= 0);
		host_read(h);
		(void)!read(s->console, text, sizeof(text));
	}
}

/* All of a life in which the payload leaves @count orphans. Return: KiB */
static unsigned long live(int count)
{
	char text[128];
	const struct stand_plan plan = { text, true, false, false };
	struct stand s;
	struct host h;
	unsigned long kib;
	int r, status;

	snprintf(text, sizeof(text), conf, count);
	r = stand_start(&s, &plan);
	if (r == -EPERM || r == -ENOSYS || r == -ENOSPC) {
		stand_end(&s);
		print_message("no user namespace: %s\n", strerror(-r));
		skip();
	}
	assert_int_equal(r, 0);
	host_init(&h, s.port);
	await(&s, &h, MSG_READY);     /* all orphans were made by now */
	await(&s, &h, MSG_HEARTBEAT); /* and all is touched that ever is */
	kib = stand_anonymous_kib(&s);
	assert_true(kib > 0);
	host_request(&h, INTENT_POWEROFF);
	await(&s, &h, MSG_QUIESCED);
	assert_int_equal(h.proof.processes, 0);
	status = stand_wait(&s);
	stand_end(&s);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	return kib;
}

static void ten_thousand_orphans_are_reaped_and_memory_is_flat(void **state)
{
	unsigned long few = live(10), many = live(10000);

	(void)state;
	print_message("anonymous memory after 10 orphans %lu KiB, after 10000 "
		      "%lu KiB\n",
		      few, many);
	assert_true(many <= few + 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			ten_thousand_orphans_are_reaped_and_memory_is_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
