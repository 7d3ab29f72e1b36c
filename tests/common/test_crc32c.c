// SPDX-License-Identifier: Apache-2.0
/*
 * tests/common/test_crc32c.c - against the standard's values, and bit by bit
 */
#include "common/crc32c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint32_t bit_by_bit(const uint8_t *p, size_t n)
{
	uint32_t crc = 0xffffffff;

	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void crc32c_of_nothing_is_zero(void **state)
{
	(void)state;
	assert_int_equal(crc32c(NULL, 0), 0);
}

/* RFC 3720, section B.4 */
static void crc32c_of_the_standards_examples_is_right(void **state)
{
	uint8_t bytes[32];

	(void)state;
	assert_int_equal(crc32c((const uint8_t *)"123456789", 9), 0xe3069283);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(crc32c(bytes, sizeof(bytes)), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(crc32c(bytes, sizeof(bytes)), 0x62a8ab43);
	for (uint8_t i = 0; i < 32; i++)
		bytes[i] = i;
	assert_int_equal(crc32c(bytes, sizeof(bytes)), 0x46dd794e);
}

static void crc32c_of_any_byte_is_as_bit_by_bit(void **state)
{
	uint8_t two[2];

	(void)state;
	for (unsigned int v = 0; v < 65536; v++) {
		two[0] = (uint8_t)v;
		two[1] = (uint8_t)(v >> 8);
		assert_int_equal(crc32c(two, 2), bit_by_bit(two, 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc32c_of_nothing_is_zero),
		cmocka_unit_test(crc32c_of_the_standards_examples_is_right),
		cmocka_unit_test(crc32c_of_any_byte_is_as_bit_by_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
