// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_promise.c - lines of the ledger, and what is none
 */
#include "host/memory/promise.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

enum { RANDOM_LINES = 200000 };

static const struct promised all_at_most = {
	.state = PROMISE_DRAINS,
	.bytes = UINT64_MAX,
	.priority = -INT_MAX,
	.arrival = UINT64_MAX,
	.pid = INT_MAX,
	.held = (1U << ADMISSION_DOMAINS) - 1,
	.name = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789"
		"-",
	.groups = PROMISE_GROUPS,
	.group = { UINT64_MAX, 1, UINT64_MAX, 0, UINT64_MAX, UINT64_MAX,
		   UINT64_MAX },
};
static const struct promised little = { .name = "w" };

static void assert_same(const struct promised *a, const struct promised *b)
{
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->bytes, b->bytes);
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(a->arrival, b->arrival);
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->held, b->held);
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->groups, b->groups);
	assert_memory_equal(a->group, b->group, a->groups * sizeof(uint64_t));
}

static void line_that_was_written_is_read_again(void **state)
{
	static const struct promised *const cases[] = { &all_at_most, &little };
	char line[PROMISE_LINE];
	struct promised m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		promise_write(cases[i], line);
		assert_int_equal(line[PROMISE_LINE - 1], '\n');
		assert_null(memchr(line, '\0', sizeof(line)));
		assert_true(promise_read(line, &m));
		assert_same(&m, cases[i]);
	}
}

static void text_that_is_no_line_is_refused(void **state)
{
	static const char *const odd[] = {
		"",
		"0",
		"0 1 0 2 3 0",
		"3 1 0 2 3 0 web",
		"-1 1 0 2 3 0 web",
		"0 -1 0 2 3 0 web",
		"0 18446744073709551616 0 2 3 0 web",
		"0 1 2147483648 2 3 0 web",
		"0 1 --1 2 3 0 web",
		"0 1 - 2 3 0 web",
		"0 1 0 2 2147483648 0 web",
		"0 1 0 2 -3 0 web",
		"0 1 0 2 3 256 web",
		"0 1 0 2 3 0 We/b",
		"0 1 0 2 3 0 web g",
		"0 1 0 2 3 0 web 10000000000000000",
		"0 1 0 2 3 0 web 1 2 3 4 5 6 7 8",
		"0x0 1 0 2 3 0 web",
		"0 1x 0 2 3 0 web",
		"0\t1\t0\t2\t3\t0\tweb",
		"0 1 0 2 3 0 "
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789"
		"-"
		"x",
	};
	char line[PROMISE_LINE];
	struct promised m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		memset(line, ' ', sizeof(line));
		line[PROMISE_LINE - 1] = '\n';
		memcpy(line, odd[i], strlen(odd[i]));
		if (promise_read(line, &m))
			fail_msg("taken: %s", odd[i]);
	}
	promise_write(&little, line);
	assert_true(promise_read(line, &m));
	line[PROMISE_LINE - 1] = ' ';
	assert_false(promise_read(line, &m));
	promise_write(&little, line);
	line[PROMISE_LINE / 2] = '\0';
	assert_false(promise_read(line, &m));
}

static uint64_t draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Bytes of any kind, and good lines with some of theirs changed: what is taken
 * is a line that says the same when it is written. */
static void random_bytes_are_refused_or_make_sense(void **state)
{
	static const char likely[] = "0123456789abcdef -  \n";
	char line[PROMISE_LINE];
	struct promised m, again;
	unsigned int taken = 0;
	uint64_t seed = 1;

	(void)state;
	for (unsigned int i = 0; i < RANDOM_LINES; i++) {
		promise_write(i % 2 ? &all_at_most : &little, line);
		for (unsigned int k = 0; k < (i % 3 ? 4U : PROMISE_LINE); k++) {
			uint64_t r = draw(&seed);

			line[r % PROMISE_LINE] =
				i % 5 ? likely[(r >> 9) % (sizeof(likely) - 1)]
				      : (char)(r >> 9);
		}
		if (!promise_read(line, &m))
			continue;
		taken++;
		promise_write(&m, line);
		assert_true(promise_read(line, &again));
		assert_same(&again, &m);
	}
	assert_in_range(taken, RANDOM_LINES / 100, RANDOM_LINES / 2);
}

static void common_is_the_host_and_the_same_groups(void **state)
{
	static const struct promised mine = { .groups = 3,
					      .group = { 10, 20, 30 } };
	static const struct promised other = { .groups = 2,
					       .group = { 30, 40 } };
	enum { HOST = 1, FIRST = 2, SECOND = 4, THIRD = 8 };

	(void)state;
	assert_int_equal(promise_common(&mine, &other, UINT32_MAX),
			 HOST | THIRD);
	assert_int_equal(promise_common(&mine, &other, HOST | SECOND), HOST);
	assert_int_equal(promise_common(&mine, &other, FIRST), THIRD);
	assert_int_equal(promise_common(&other, &mine, UINT32_MAX),
			 HOST | FIRST);
	assert_int_equal(promise_common(&mine, &mine, UINT32_MAX),
			 HOST | FIRST | SECOND | THIRD);
	assert_int_equal(promise_common(&little, &mine, UINT32_MAX), HOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_that_was_written_is_read_again),
		cmocka_unit_test(text_that_is_no_line_is_refused),
		cmocka_unit_test(random_bytes_are_refused_or_make_sense),
		cmocka_unit_test(common_is_the_host_and_the_same_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
