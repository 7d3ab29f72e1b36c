// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/payload/test_payload.c - real children of /bin/sh
 */
#include "guest/payload/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/sys.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4 /* linux/close_range.h */
#endif

enum { DEADLINE_MS = 10000 };

static struct init_conf conf_of(const char *path, const char *script, int ready)
{
	struct init_conf c = { .ready = ready };

	words_add(&c.exec, path, strlen(path));
	words_add(&c.exec, "-c", 2);
	words_add(&c.exec, script, strlen(script));
	words_add(&c.env, "GREETING=hi", strlen("GREETING=hi"));
	return c;
}

static void wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, DEADLINE_MS), 1);
}

static void await_zombie(pid_t pid)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

/* Start, wait until execve() worked, and until the end. Return: wait status */
static int status_of(const char *script)
{
	struct init_conf c = conf_of("/bin/sh", script, READY_STARTED);
	struct payload p = PAYLOAD_NONE;
	int status;

	assert_int_equal(payload_start(&p, &c), 0);
	assert_int_equal(p.ready_fd, -1);
	wait_readable(p.started_fd);
	assert_int_equal(payload_started(&p), 1);
	assert_int_equal(waitpid(p.pid, &status, 0), p.pid);
	close(p.started_fd);
	return status;
}

static void payload_gets_its_environment_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(status_of("test \"$GREETING$HOME$PATH\" = "
				   "hi//bin:/sbin -a -z \"$REPRISE_READY_FD\""),
			 0);
}

static void payload_leads_a_session_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(status_of("read -r pid comm state ppid pgrp sid rest "
				   "</proc/self/stat; test \"$sid\" = $$"),
			 0);
}

static void payload_inherits_no_descriptor_but_the_standard_ones(void **state)
{
	(void)state;
	assert_int_equal(status_of("for fd in 3 4 5 6 7 8 9; do "
				   "test -e /proc/$$/fd/$fd && exit 1; done; "
				   "exit 0"),
			 0);
}

static void payload_that_cannot_be_executed_gives_the_errno(void **state)
{
	struct init_conf c = conf_of("/no/such/file", "", READY_STARTED);
	struct payload p = PAYLOAD_NONE;
	int status;

	(void)state;
	assert_int_equal(payload_start(&p, &c), 0);
	wait_readable(p.started_fd);
	assert_int_equal(payload_started(&p), -ENOENT);
	assert_int_equal(waitpid(p.pid, &status, 0), p.pid);
	assert_int_equal(WEXITSTATUS(status), 127);
	close(p.started_fd);
}

/* Neither born in it nor moved there: a folder like any other. */
static void payload_that_cannot_be_in_its_group_gives_the_errno(void **state)
{
	struct init_conf c = conf_of("/bin/sh", "exit 0", READY_STARTED);
	struct payload p = PAYLOAD_NONE;
	int status;

	(void)state;
	p.cgroup = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(payload_start(&p, &c), 0);
	wait_readable(p.started_fd);
	assert_true(payload_started(&p) < 0);
	assert_string_equal(p.part, "control group");
	assert_int_equal(waitpid(p.pid, &status, 0), p.pid);
	assert_int_equal(WEXITSTATUS(status), 127);
	close(p.started_fd);
	close(p.cgroup);
}

/* Not of execve(2), whose pipe the kernel closes as well. */
static void payload_that_was_killed_before_it_is_told_apart(void **state)
{
	struct payload p = PAYLOAD_NONE;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	p.started_fd = ends[0];
	p.pid = fork();
	assert_true(p.pid >= 0);
	while (p.pid == 0)
		pause();
	close(ends[1]);
	assert_int_equal(payload_started(&p), 0);
	kill(p.pid, SIGKILL);
	wait_readable(p.started_fd);
	assert_int_equal(payload_started(&p), -ECHILD);
	await_zombie(p.pid);
	assert_int_equal(payload_started(&p), -ECHILD);
	assert_int_equal(waitpid(p.pid, NULL, 0), p.pid);
	close(p.started_fd);
}

static void payload_that_ended_at_once_was_started(void **state)
{
	struct init_conf c = conf_of("/bin/sh", "kill -9 $$", READY_STARTED);
	struct payload p = PAYLOAD_NONE;

	(void)state;
	assert_int_equal(payload_start(&p, &c), 0);
	await_zombie(p.pid);
	assert_int_equal(payload_started(&p), 1);
	assert_int_equal(waitpid(p.pid, NULL, 0), p.pid);
	close(p.started_fd);
}

static int ready_of(const char *script)
{
	struct init_conf c = conf_of("/bin/sh", script, READY_DESCRIPTOR);
	struct payload p = PAYLOAD_NONE;
	int r;

	assert_int_equal(payload_start(&p, &c), 0);
	wait_readable(p.ready_fd);
	r = payload_ready(&p);
	assert_int_equal(waitpid(p.pid, NULL, 0), p.pid);
	close(p.started_fd);
	close(p.ready_fd);
	return r;
}

static void payload_is_ready_by_a_byte_on_descriptor_3(void **state)
{
	(void)state;
	assert_int_equal(ready_of("test $REPRISE_READY_FD = 3 && echo >&3"), 1);
	assert_int_equal(ready_of("exec 3>&-; exit 0"), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payload_gets_its_environment_and_no_other),
		cmocka_unit_test(payload_leads_a_session_of_its_own),
		cmocka_unit_test(
			payload_inherits_no_descriptor_but_the_standard_ones),
		cmocka_unit_test(
			payload_that_cannot_be_executed_gives_the_errno),
		cmocka_unit_test(
			payload_that_cannot_be_in_its_group_gives_the_errno),
		cmocka_unit_test(
			payload_that_was_killed_before_it_is_told_apart),
		cmocka_unit_test(payload_that_ended_at_once_was_started),
		cmocka_unit_test(payload_is_ready_by_a_byte_on_descriptor_3),
	};

	/* what make was started with is not for the payload */
	sys_close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
