// SPDX-License-Identifier: Apache-2.0
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char got[2048];

/* A packet pipe keeps the borders of each write(2). */
static ssize_t logged(const char *text)
{
	int ends[2];
	ssize_t n;

	assert_int_equal(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
	log_line(ends[1], "who", "%s", text);
	n = read(ends[0], got, sizeof(got) - 1);
	got[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	close(ends[1]);
	return n;
}

static void log_line_is_one_write_with_a_newline(void **state)
{
	(void)state;
	assert_int_equal(logged("hello"), 11);
	assert_string_equal(got, "who: hello\n");
}

static void log_line_too_long_is_cut_with_dots(void **state)
{
	char text[1024];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(logged(text), 512);
	assert_string_equal(got + 508, "...\n");
	text[512 - 1 - 5 - 1] = '\0'; /* the longest that fits */
	assert_int_equal(logged(text), 511);
	assert_string_equal(got + 508, "xx\n");
}

static void log_line_of_control_characters_hides_them(void **state)
{
	(void)state;
	logged("a\nb\033[2Jc\177\xc2\x9b");
	assert_string_equal(got, "who: a?b?[2Jc???\n");
}

static void log_line_to_nowhere_keeps_errno(void **state)
{
	(void)state;
	errno = EXDEV;
	log_line(-1, "who", "x");
	assert_int_equal(errno, EXDEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_line_is_one_write_with_a_newline),
		cmocka_unit_test(log_line_too_long_is_cut_with_dots),
		cmocka_unit_test(log_line_of_control_characters_hides_them),
		cmocka_unit_test(log_line_to_nowhere_keeps_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
