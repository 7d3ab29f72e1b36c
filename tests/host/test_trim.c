// SPDX-License-Identifier: Apache-2.0
#include "host/trim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { DEEP = 512 * 1024 };

/* Rss of the stack, KiB */
static long stack_kib(void)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	bool in_stack = false;
	char line[512];
	long kib = -1;

	assert_non_null(f);
	while (kib < 0 && fgets(line, sizeof(line), f)) {
		if (strstr(line, "[stack]"))
			in_stack = true;
		if (in_stack)
			(void)sscanf(line, "Rss: %ld", &kib);
	}
	fclose(f);
	return kib;
}

static __attribute__((noinline)) int use_stack(void)
{
	volatile char deep[DEEP];

	for (size_t i = 0; i < sizeof(deep); i += 512)
		deep[i] = 1;
	return deep[DEEP / 2];
}

static void trim_keeps_zeros_zero(void **state)
{
	char mixed[64 * 1024] = { 0 };

	(void)state;
	mixed[20000] = 1;
	trim_memory();
	for (size_t i = 0; i < sizeof(mixed); i++)
		assert_int_equal(mixed[i], i == 20000);
}

static void trim_gives_back_the_stack_and_nothing_that_is_used(void **state)
{
	char kept[4096];

	(void)state;
	memset(kept, 'k', sizeof(kept));
	assert_int_equal(use_stack(), 1);
	assert_true(stack_kib() >= DEEP / 1024);
	trim_memory();
	assert_true(stack_kib() < DEEP / 1024);
	for (size_t i = 0; i < sizeof(kept); i++)
		assert_int_equal(kept[i], 'k');
	assert_int_equal(use_stack(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trim_keeps_zeros_zero),
		cmocka_unit_test(
			trim_gives_back_the_stack_and_nothing_that_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
