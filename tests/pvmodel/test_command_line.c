// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/test_command_line.c - which option which QEMU knows
 */
#include "tests/pvmodel/command_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/array.h"

static char name[] = "-name", named[] = "web,debug-threads=on";
static char size[] = "-m", sized[] = "2100M";
static char option[] = "-async-teardown";
static char run_with[] = "-run-with", teardown[] = "async-teardown=on";
static char program[] = "q";

static struct command_line read_line(int argc, char **argv)
{
	struct command_line c;

	command_line_read(&c, argc, argv);
	return c;
}

/* 2.1: 7.2 and 8.0 the one, 9.0 and newer the other, 8.1 and 8.2 both */
static void teardown_is_spelled_by_version(void **state)
{
	static const struct {
		unsigned int version;
		bool option, run_with;
	} known[] = {
		{ 702, true, false }, { 800, true, false },
		{ 801, true, true },  { 802, true, true },
		{ 900, false, true }, { 1002, false, true },
	};
	char *one[] = { program, option };
	char *other[] = { program, run_with, teardown };
	const struct command_line old = read_line(2, one);
	const struct command_line new = read_line(3, other);

	(void)state;
	assert_true(old.async_teardown && new.async_teardown);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		assert_true(!command_line_refused(&old, known[i].version) ==
			    known[i].option);
		assert_true(!command_line_refused(&new, known[i].version) ==
			    known[i].run_with);
	}
}

/* 2.3: a thread has its name by -name; 2.2: memory is that of -m */
static void name_and_memory_are_read(void **state)
{
	char *line[] = { program, name, named, size, sized };
	struct command_line c = read_line(5, line);

	(void)state;
	assert_true(c.debug_threads);
	assert_int_equal(c.memory_mib, 2100);
	assert_false(c.async_teardown);
	c = read_line(1, line);
	assert_false(c.debug_threads);
	assert_int_equal(c.memory_mib, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(teardown_is_spelled_by_version),
		cmocka_unit_test(name_and_memory_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
