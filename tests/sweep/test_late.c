// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/test_late.c - PID 1 is not run for longer than a deadline lasts
 *
 * It is stopped, and so it stays until the deadline has passed. What it waited
 * for has come before that, and it is to find out.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/sweep/host.h"
#include "tests/sweep/stand.h"

enum { DEADLINE_MS = 60000, WATCHDOG_MS = 5000 };

static struct stand stand;
static struct host host;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int end(void **state)
{
	(void)state;
	stand_end(&stand);
	return 0;
}

/* Its payload is ready, and gives no sign of life from then on. */
static void start(void)
{
	static const struct stand_plan plan = {
		"[payload]\nexec = /bin/payload serve\nready = descriptor\n"
		"watchdog = 5 s\nrestart = never\n[policy]\n"
		"on-failure = poweroff\n",
		true, false, false
	};
	int r = stand_start(&stand, &plan);

	if (r == -EPERM || r == -ENOSYS || r == -ENOSPC) {
		print_message("no user namespace: %s\n", strerror(-r));
		skip();
	}
	assert_int_equal(r, 0);
	host_init(&host, stand.port);
}

/* Be the host until it has said @type. */
static void await_message(enum msg_type type)
{
	int64_t end_ms = now_ms() + DEADLINE_MS;
	char text[512];

	while (!host.seen[type]) {
		struct pollfd fds[] = {
			{ .fd = stand.port, .events = POLLIN },
			{ .fd = stand.console, .events = POLLIN },
		};

		assert_true(now_ms() < end_ms);
		assert_true(poll(fds, ARRAY_SIZE(fds), DEADLINE_MS) > 0);
		host_read(&host);
		(void)!read(stand.console, text, sizeof(text));
	}
}

static pid_t payload_of_it(void)
{
	char path[64], list[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
		 (int)stand.pid, (int)stand.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, list, sizeof(list) - 1);
	close(fd);
	assert_true(n > 0);
	list[n] = '\0';
	return (pid_t)strtol(list, NULL, 10);
}

static void payload_that_ended_in_time_is_not_called_silent(void **state)
{
	int64_t passed_ms;
	pid_t payload;

	(void)state;
	start();
	await_message(MSG_READY);
	kill(stand.pid, SIGSTOP);
	passed_ms = now_ms() + WATCHDOG_MS + 1;
	payload = payload_of_it();
	kill(payload, SIGKILL);
	while (now_ms() < passed_ms)
		poll(NULL, 0, (int)(passed_ms - now_ms())); /* it passes */
	kill(stand.pid, SIGCONT);
	await_message(MSG_INTENT);
	assert_int_equal(host.intent.cause, ICAUSE_PAYLOAD_EXIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			payload_that_ended_in_time_is_not_called_silent, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
