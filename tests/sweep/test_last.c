// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/test_last.c - ends of PID 1 that nobody planned: by a signal, and
 * where it cannot go on
 *
 * Theory of operation: one system call of PID 1 is made to fail, and
 * what it then does is written down: who was executed, who called sync(2) and
 * reboot(2).
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/sweep/host.h"
#include "tests/sweep/stand.h"

enum { DEADLINE_MS = 60000 };

#ifndef SYS_epoll_wait
#define SYS_epoll_wait SYS_epoll_pwait
#endif
#ifndef SYS_fork
#define SYS_fork SYS_clone
#endif

/* What is to fail, and what was seen. */
struct last {
	struct stand s;
	struct host host;
	long fails;	 /* a call of PID 1 */
	int error;	 /* with that */
	bool once;	 /* only the first time */
	bool when_ready; /* not before the payload is */
	bool lonely;	 /* and reboot(2) by whoever is not PID 1 */
	bool asked;	 /* once it is ready the host asks for a reboot */
	int signal;	 /* it is sent then; 0: none */
	const char *payload;
	unsigned int others_executed, killed_all;
	unsigned int synced[2], rebooted[2]; /* by others; by PID 1 */
	bool killed_first;		     /* before the first sync(2) */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void note(struct last *l, const struct stand_call *c)
{
	const bool init = c->pid == l->s.pid;

	if (c->data.nr == SYS_execve && !init)
		l->others_executed++;
	if (c->data.nr == SYS_kill && (int)c->data.args[0] == -1 &&
	    (int)c->data.args[1] == SIGKILL)
		l->killed_all++;
	if (c->data.nr == SYS_sync && l->synced[init]++ == 0)
		l->killed_first = l->killed_all;
	if (c->data.nr == SYS_reboot && c->data.args[2] != 0)
		l->rebooted[init]++;
}

static bool forks(long nr)
{
	return nr == SYS_fork || nr == SYS_clone || nr == SYS_clone3;
}

static bool fails(const struct last *l, const struct stand_call *c)
{
	const long nr =
		c->data.nr == SYS_epoll_pwait ? SYS_epoll_wait : c->data.nr;

	if (nr == SYS_reboot && c->pid != l->s.pid)
		return l->lonely;
	return c->pid == l->s.pid &&
	       (nr == l->fails || (forks(nr) && forks(l->fails))) &&
	       (!l->when_ready || l->host.seen[MSG_READY]);
}

static void take_call(struct last *l)
{
	struct stand_call c;
	bool fail;

	if (!stand_call(&l->s, &c))
		return;
	note(l, &c);
	fail = fails(l, &c);
	if (fail && l->once)
		l->fails = -1;
	stand_answer(&l->s, &c, fail ? l->error : 0);
}

static void ask(struct last *l)
{
	if (!l->asked || !l->host.seen[MSG_READY])
		return;
	l->asked = false;
	if (l->signal)
		kill(l->s.pid, l->signal);
	else
		host_request(&l->host, INTENT_REBOOT);
}

/* A whole life. Return: the signal by which PID 1 ended: what was asked for */
static int live(struct last *l)
{
	char conf[256];
	const struct stand_plan plan = { conf, true, true, true };
	const int64_t end_ms = now_ms() + DEADLINE_MS;
	char text[512];
	int r, status;

	snprintf(conf, sizeof(conf),
		 "[payload]\nexec = /bin/payload %s\nready = descriptor\n"
		 "grace = 300 ms\n"
		 "[storage]\ndisk = /srv serial old read-only\n",
		 l->payload ? l->payload : "stubborn");
	r = stand_start(&l->s, &plan);
	if (r == -EPERM || r == -ENOSYS || r == -ENOSPC) {
		stand_end(&l->s);
		print_message("no user namespace: %s\n", strerror(-r));
		skip();
	}
	assert_int_equal(r, 0);
	host_init(&l->host, l->s.port);
	for (bool ended = false; !ended && now_ms() < end_ms;) {
		struct pollfd fds[] = {
			{ .fd = l->s.calls, .events = POLLIN },
			{ .fd = l->s.port, .events = POLLIN },
			{ .fd = l->s.console, .events = POLLIN },
			{ .fd = l->s.pidfd, .events = POLLIN },
		};

		assert_true(poll(fds, ARRAY_SIZE(fds), DEADLINE_MS) >= 0);
		if (fds[0].revents & POLLIN)
			take_call(l);
		host_read(&l->host);
		ask(l);
		(void)!read(l->s.console, text, sizeof(text));
		ended = fds[3].revents;
	}
	if (now_ms() >= end_ms)
		kill(l->s.pid, SIGKILL);
	status = stand_wait(&l->s);
	stand_end(&l->s);
	assert_true(WIFSIGNALED(status));
	return WTERMSIG(status);
}

static void init_that_would_be_deaf_starts_no_payload(void **state)
{
	static const long calls[] = { SYS_signalfd4, SYS_timerfd_create,
				      SYS_epoll_create1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct last l = { .fails = calls[i], .error = ENOMEM };

		assert_int_equal(live(&l), SIGINT);
		assert_int_equal(l.others_executed, 0);
		assert_int_equal(l.rebooted[false], 1);
		assert_int_equal(l.rebooted[true], 0);
	}
}

static void init_that_becomes_deaf_kills_syncs_and_ends_by_a_child(void **state)
{
	struct last l = { .fails = SYS_epoll_wait,
			  .error = ENOMEM,
			  .when_ready = true };

	(void)state;
	assert_int_equal(live(&l), SIGHUP);
	assert_int_equal(l.host.seen[MSG_READY], 1);
	assert_true(l.killed_first);
	assert_true(l.synced[false] > 0);
	assert_int_equal(l.synced[true], 0);
	assert_int_equal(l.rebooted[false], 1);
	assert_int_equal(l.rebooted[true], 0);
}

static void init_whose_child_cannot_reboot_does_it_itself(void **state)
{
	struct last l = { .fails = SYS_epoll_create1,
			  .error = ENOMEM,
			  .lonely = true };

	(void)state;
	assert_int_equal(live(&l), SIGINT);
	assert_int_equal(l.rebooted[false], 1);
	assert_int_equal(l.rebooted[true], 1);
}

static void init_that_cannot_fork_syncs_and_reboots_itself(void **state)
{
	struct last l = { .fails = SYS_clone,
			  .error = EAGAIN,
			  .when_ready = true,
			  .asked = true };

	(void)state;
	assert_int_equal(live(&l), SIGHUP);
	assert_int_equal(l.host.seen[MSG_QUIESCED], 1);
	assert_true(l.synced[true] > 0);
	assert_int_equal(l.rebooted[true], 1);
}

static void init_that_gets_a_signal_does_as_the_manual_says(void **state)
{
	static const struct {
		int sent, ended;
	} signals[] = {
		{ SIGTERM, SIGHUP },
		{ SIGINT, SIGINT },
		{ SIGUSR1, SIGINT },
		{ SIGUSR2, SIGINT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct last l = { .fails = -1,
				  .asked = true,
				  .signal = signals[i].sent };

		assert_int_equal(live(&l), signals[i].ended);
		assert_int_equal(l.host.intent.cause, ICAUSE_PAYLOAD);
	}
}

static void client_that_was_not_accepted_at_once_is_later(void **state)
{
	struct last l = { .fails = SYS_accept4,
			  .error = ENOMEM,
			  .once = true,
			  .payload = "ask poweroff" };

	(void)state;
	assert_int_equal(live(&l), SIGINT);
	assert_int_equal(l.fails, -1);
	assert_int_equal(l.host.intent.cause, ICAUSE_PAYLOAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_that_would_be_deaf_starts_no_payload),
		cmocka_unit_test(
			init_that_becomes_deaf_kills_syncs_and_ends_by_a_child),
		cmocka_unit_test(init_whose_child_cannot_reboot_does_it_itself),
		cmocka_unit_test(
			init_that_cannot_fork_syncs_and_reboots_itself),
		cmocka_unit_test(
			init_that_gets_a_signal_does_as_the_manual_says),
		cmocka_unit_test(client_that_was_not_accepted_at_once_is_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
