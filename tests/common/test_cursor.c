// SPDX-License-Identifier: Apache-2.0
#include "common/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t bytes[15] = { 1, 2,  3,  4,  5,  6,  7, 8,
				   9, 10, 11, 12, 13, 14, 15 };

static void cursor_each_width_is_little_endian(void **state)
{
	struct cursor c = { bytes, sizeof(bytes), false };

	(void)state;
	assert_int_equal(cur_u8(&c), 0x01);
	assert_int_equal(cur_le16(&c), 0x0302);
	assert_int_equal(cur_le32(&c), 0x07060504);
	assert_true(cur_le64(&c) == 0x0f0e0d0c0b0a0908);
	assert_false(c.bad);
	assert_int_equal(c.left, 0);
}

static void cursor_past_the_end_is_bad_and_stays_so(void **state)
{
	struct cursor c = { bytes, 3, false };

	(void)state;
	assert_int_equal(cur_le32(&c), 0);
	assert_true(c.bad);
	assert_int_equal(cur_u8(&c), 0); /* there is one, but too late */
	assert_null(cur_take(&c, 0));
	assert_int_equal(c.left, 3);
}

static void cursor_of_nothing_gives_nothing(void **state)
{
	struct cursor c = { bytes, 0, false };

	(void)state;
	assert_non_null(cur_take(&c, 0));
	assert_false(c.bad);
	assert_null(cur_take(&c, SIZE_MAX));
	assert_true(c.bad);
}

static void sink_each_width_is_little_endian(void **state)
{
	uint8_t out[15];
	struct sink s = { out, sizeof(out), false };

	(void)state;
	sink_u8(&s, 0x01);
	sink_le16(&s, 0x0302);
	sink_le32(&s, 0x07060504);
	sink_le64(&s, 0x0f0e0d0c0b0a0908);
	assert_false(s.bad);
	assert_int_equal(s.left, 0);
	assert_memory_equal(out, bytes, sizeof(out));
}

static void sink_without_room_stores_nothing_more(void **state)
{
	uint8_t out[4] = { 0xee, 0xee, 0xee, 0xee };
	struct sink s = { out, 3, false };

	(void)state;
	sink_le32(&s, 0);
	assert_true(s.bad);
	sink_u8(&s, 0);
	assert_int_equal(out[0], 0xee);
	assert_int_equal(out[3], 0xee);
	assert_int_equal(s.left, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cursor_each_width_is_little_endian),
		cmocka_unit_test(cursor_past_the_end_is_bad_and_stays_so),
		cmocka_unit_test(cursor_of_nothing_gives_nothing),
		cmocka_unit_test(sink_each_width_is_little_endian),
		cmocka_unit_test(sink_without_room_stores_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
