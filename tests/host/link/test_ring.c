// SPDX-License-Identifier: Apache-2.0
#include "host/link/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ring r;
static char text[64];
static uint64_t at, us;
static bool ended;

static int set_up(void **state)
{
	(void)state;
	memset(&r, 0, sizeof(r));
	at = 0;
	return 0;
}

static void put(const char *bytes, uint64_t now_us)
{
	ring_put(&r, bytes, strlen(bytes), now_us);
}

/* The next line; NULL: none */
static const char *line(size_t size)
{
	int n = ring_line(&r, &at, &us, text, size, &ended);

	if (n < 0)
		return NULL;
	text[n] = '\0';
	return text;
}

static void lines_have_the_time_of_their_first_byte(void **state)
{
	(void)state;
	put("one\r\ntw", 10);
	put("o\n\nthree", 20);
	assert_string_equal(line(60), "one");
	assert_int_equal(us, 10);
	assert_true(ended);
	assert_string_equal(line(60), "two");
	assert_int_equal(us, 10);
	assert_string_equal(line(60), "");
	assert_int_equal(us, 20);
	assert_string_equal(line(60), "three");
	assert_false(ended);
	assert_null(line(60));
	put(" and more\n", 30);
	assert_string_equal(line(60), " and more");
	assert_int_equal(us, 20);
	assert_true(ended);
}

static void long_line_comes_in_pieces(void **state)
{
	(void)state;
	put("abcdefgh\nx\n", 1);
	assert_string_equal(line(3), "abc");
	assert_false(ended);
	assert_string_equal(line(3), "def");
	assert_string_equal(line(3), "gh");
	assert_true(ended);
	assert_string_equal(line(3), "x");
	assert_null(line(3));
}

static void old_bytes_go_and_the_cut_line_keeps_its_time(void **state)
{
	static char many[RING_BYTES - 4];

	(void)state;
	put("old\nhalf of me stays\n", 1);
	memset(many, 'x', sizeof(many));
	ring_put(&r, many, sizeof(many), 2);
	assert_string_equal(line(60), "ays");
	assert_int_equal(us, 1);
	assert_int_equal(at - strlen("ays\n"), ring_start(&r));
}

static void old_lines_go(void **state)
{
	char number[16];

	(void)state;
	for (int i = 0; i < RING_LINES + 5; i++) {
		snprintf(number, sizeof(number), "%d\n", i);
		put(number, (uint64_t)i);
	}
	assert_string_equal(line(60), "5");
	assert_int_equal(us, 5);
	assert_string_equal(line(60), "6");
}

static void back_is_where_the_last_lines_begin(void **state)
{
	(void)state;
	assert_int_equal(ring_back(&r, 2), 0);
	put("a\nb\nc\n", 1);
	assert_int_equal(ring_back(&r, 2), 2);
	assert_int_equal(ring_back(&r, 9), 0);
	put("d", 1);
	assert_int_equal(ring_back(&r, 2), 4);
}

static void position_out_of_the_stream_has_no_line(void **state)
{
	(void)state;
	assert_null(line(60));
	put("a\n", 1);
	at = UINT64_MAX;
	assert_null(line(60));
}

#define RING_TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RING_TEST(lines_have_the_time_of_their_first_byte),
		RING_TEST(long_line_comes_in_pieces),
		RING_TEST(old_bytes_go_and_the_cut_line_keeps_its_time),
		RING_TEST(old_lines_go),
		RING_TEST(back_is_where_the_last_lines_begin),
		RING_TEST(position_out_of_the_stream_has_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
