// SPDX-License-Identifier: Apache-2.0
#include "host/verbs/terminal.h"

#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static void line_is_cut_at_the_last_column(void **state)
{
	(void)state;
	assert_int_equal(terminal_fit("abc", 3, 80), 3);
	assert_int_equal(terminal_fit("abc", 3, 2), 2);
	assert_int_equal(terminal_fit("abc", 3, 0), 0);
	assert_int_equal(terminal_fit("", 0, 80), 0);
}

static void character_is_not_cut(void **state)
{
	(void)state;
	assert_int_equal(terminal_fit("a\303\244b", 4, 2), 3);
	assert_int_equal(terminal_fit("a\303", 2, 2), 2); /* half of one */
}

static void size_is_what_the_terminal_says(void **state)
{
	const struct winsize w = { .ws_row = 7, .ws_col = 33 };
	struct terminal_size size;
	int tty, other;

	(void)state;
	assert_int_equal(openpty(&other, &tty, NULL, NULL, &w), 0);
	size = terminal_size(tty);
	assert_int_equal(size.rows, 7);
	assert_int_equal(size.columns, 33);
	close(tty);
	close(other);
}

static void size_of_what_has_none_is_the_usual_one(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct terminal_size size = terminal_size(fd);

	(void)state;
	close(fd);
	assert_int_equal(size.rows, 24);
	assert_int_equal(size.columns, 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_cut_at_the_last_column),
		cmocka_unit_test(character_is_not_cut),
		cmocka_unit_test(size_is_what_the_terminal_says),
		cmocka_unit_test(size_of_what_has_none_is_the_usual_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
