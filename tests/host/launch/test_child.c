// SPDX-License-Identifier: Apache-2.0
#include "host/launch/child.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/clock.h"

enum { SOON_MS = 100, LATE_MS = 60000 };

/* Return: a child that ends with @status; -1: that does not end */
static pid_t start(int status)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	while (status < 0)
		pause();
	_exit(status);
}

static void child_that_ends_is_reaped(void **state)
{
	int status = -1;
	pid_t pid = start(7);

	(void)state;
	assert_int_equal(child_reap(pid, clock_ms() + LATE_MS, &status), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(child_reap(pid, 0, &status), -ECHILD);
}

static void child_that_goes_on_is_left_until_killed(void **state)
{
	int status = -1;
	pid_t pid = start(-1);

	(void)state;
	assert_int_equal(child_reap(pid, clock_ms() + SOON_MS, &status),
			 -ETIMEDOUT);
	assert_int_equal(status, -1);
	child_kill(pid);
	assert_int_equal(child_reap(pid, 0, &status), -ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_that_ends_is_reaped),
		cmocka_unit_test(child_that_goes_on_is_left_until_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
