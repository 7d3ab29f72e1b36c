// SPDX-License-Identifier: Apache-2.0
#include "host/launch/child.h"

#include <errno.h>
#include <fcntl.h>
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

static void child_has_the_streams_that_it_was_given(void **state)
{
	static const char *const argv[] = { "sh", "-c", "cat; echo e >&2",
					    NULL };
	int in[2], out[2], status;
	char text[8] = "";
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(write(in[1], "i\n", 2), 2);
	close(in[1]);
	assert_int_equal(child_spawn(argv, in[0], out[1], &pid), 0);
	close(in[0]);
	close(out[1]);
	assert_int_equal(child_reap(pid, clock_ms() + LATE_MS, &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(read(out[0], text, sizeof(text) - 1), 4);
	assert_string_equal(text, "i\ne\n");
	close(out[0]);
}

static void child_that_cannot_be_executed_is_none(void **state)
{
	static const char *const none[] = { "/no/such/program", NULL };
	static const char *const dir[] = { "/", NULL };
	int free_before = dup(STDIN_FILENO), free_after;
	pid_t pid;

	(void)state;
	close(free_before);
	assert_int_equal(child_spawn(none, -1, STDOUT_FILENO, &pid), -ENOENT);
	assert_int_equal(child_spawn(dir, -1, STDOUT_FILENO, &pid), -EACCES);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	free_after = dup(STDIN_FILENO);
	close(free_after);
	assert_int_equal(free_after, free_before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_that_ends_is_reaped),
		cmocka_unit_test(child_has_the_streams_that_it_was_given),
		cmocka_unit_test(child_that_cannot_be_executed_is_none),
		cmocka_unit_test(child_that_goes_on_is_left_until_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
