// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_busy.c - the CPU time of a main thread
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/qemu/busy.h"

static void stat_is_read_whatever_the_name_holds(void **state)
{
	(void)state;
	assert_int_equal(
		busy_read("7 (qemu) S 1 7 7 0 -1 4194560 5 6 7 8 30 12 "
			  "0 0 20 0 4 0 100 5 6",
			  100),
		420000);
	assert_int_equal(busy_read("7 (a) R (b)) S 1 7 7 0 -1 4194560 5 6 7 8 "
				   "30 12 0 0",
				   1000),
			 42000);
}

static void stat_of_another_form_is_nothing(void **state)
{
	static const char *const bad[] = {
		"", "7", "7 (qemu)", "7 (qemu) S 1 7 7 0 -1 4194560 5",
		"7 qemu S 1 7 7 0 -1 1 5 6 7 8 3 1"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(busy_read(bad[i], 100), 0);
	assert_int_equal(busy_read("7 (q) S 1 7 7 0 -1 1 5 6 7 8 30 12", 0), 0);
}

static void main_thread_that_works_uses_more(void **state)
{
	uint64_t before = busy_main_thread(getpid()), now = before;
	volatile unsigned int work = 0;

	(void)state;
	for (unsigned int i = 0; i < 100000 && now <= before; i++) {
		for (int j = 0; j < 100000; j++)
			work += 1;
		now = busy_main_thread(getpid());
	}
	assert_true(now > before);
}

static void process_that_has_gone_uses_nothing(void **state)
{
	(void)state;
	assert_int_equal(busy_main_thread(-1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_is_read_whatever_the_name_holds),
		cmocka_unit_test(stat_of_another_form_is_nothing),
		cmocka_unit_test(main_thread_that_works_uses_more),
		cmocka_unit_test(process_that_has_gone_uses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
