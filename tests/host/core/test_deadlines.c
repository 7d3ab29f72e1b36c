// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_deadlines.c - bounds that scale with memory
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/deadlines.h"

static void destroy_scales_with_memory_and_never_wraps(void **state)
{
	(void)state;
	assert_int_equal(destroy_ms(0), 60000);
	assert_int_equal(destroy_ms(1ULL << 30), 62097);
	assert_int_equal(destroy_ms(1ULL << 40), 60000 + 2147483);
	assert_true(destroy_ms(16ULL << 40) > destroy_ms(1ULL << 40));
	assert_int_equal(destroy_ms(UINT64_MAX), UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(destroy_scales_with_memory_and_never_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
