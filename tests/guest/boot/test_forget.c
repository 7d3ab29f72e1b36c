// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/boot/test_forget.c - what was given back reads as zero
 */
#include "guest/boot/forget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { DEEP = 32 << 10, MARK = 0x5a };

/* Return: where the stack was written to, well below the caller's frame */
__attribute__((noinline)) static uintptr_t write_deep(void)
{
	volatile char bytes[DEEP];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = MARK;
	return (uintptr_t)&bytes[DEEP / 4];
}

/* Nobody's any more; so by a function that does not look. */
__attribute__((noinline, no_sanitize("address"))) static char
peek(uintptr_t where)
{
	return *(volatile const char *)where;
}

static void boot_forget_frees_the_stack_below_the_caller(void **state)
{
	char above[64];
	uintptr_t where = write_deep();

	(void)state;
	memset(above, MARK, sizeof(above));
	assert_int_equal(peek(where), MARK);
	boot_forget();
	assert_int_equal(peek(where), 0);
	assert_int_equal(above[0], MARK);
	assert_int_equal(above[63], MARK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_forget_frees_the_stack_below_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
