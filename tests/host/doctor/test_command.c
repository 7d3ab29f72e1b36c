// SPDX-License-Identifier: Apache-2.0
#include "host/doctor/command.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_S = 60 };

static char text[64];

static int run(const char *script, const char *until)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	return command_read(argv, until, text, sizeof(text));
}

static void both_streams_are_read_to_the_end(void **state)
{
	(void)state;
	assert_int_equal(run("echo out; echo err >&2", NULL), 0);
	assert_string_equal(text, "out\nerr\n");
}

static void end_with_another_status_is_eio(void **state)
{
	(void)state;
	assert_int_equal(run("echo no; exit 3", NULL), -EIO);
	assert_string_equal(text, "no\n");
	assert_int_equal(run("echo no", "yes"), -EIO);
}

static void program_that_has_said_it_is_killed(void **state)
{
	(void)state;
	assert_int_equal(run("echo yes; kill -STOP $$", "yes"), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void program_that_goes_on_in_silence_is_killed(void **state)
{
	(void)state;
	alarm(DEADLINE_S);
	assert_int_equal(run("exec >&- 2>&-; kill -STOP $$", NULL), -ETIMEDOUT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void unknown_program_is_enoent(void **state)
{
	const char *const argv[] = { "no-such-program", NULL };

	(void)state;
	assert_int_equal(command_read(argv, NULL, text, sizeof(text)), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_streams_are_read_to_the_end),
		cmocka_unit_test(end_with_another_status_is_eio),
		cmocka_unit_test(program_that_has_said_it_is_killed),
		cmocka_unit_test(program_that_goes_on_in_silence_is_killed),
		cmocka_unit_test(unknown_program_is_enoent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
