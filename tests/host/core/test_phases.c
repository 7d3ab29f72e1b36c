// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_phases.c - where the time went
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/phases.h"

static void phases_add_up_to_the_total(void **state)
{
	const struct marks m = { .at_us = { [MARK_ASKED] = 100,
					    [MARK_INTENT] = 150,
					    [MARK_QUIESCED] = 400,
					    [MARK_STOP] = 410,
					    [MARK_READY] = 1000 } };
	struct phase list[MARKS];
	size_t n = phases_list(&m, list);
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		sum += list[i].us;
	assert_int_equal(sum, 900);
	assert_int_equal(phases_total(&m), 900);
	assert_string_equal(list[1].name, "quiesce");
	assert_int_equal(list[1].us, 250);
}

static void down_is_from_intent_to_ready(void **state)
{
	struct marks m = { .at_us = { [MARK_ASKED] = 100,
				      [MARK_INTENT] = 150,
				      [MARK_STOP] = 410,
				      [MARK_READY] = 1000 } };

	(void)state;
	assert_int_equal(phases_down(&m), 850);
	m.at_us[MARK_INTENT] = 0; /* it ended without a word */
	assert_int_equal(phases_down(&m), 590);
	m.at_us[MARK_READY] = 0;
	assert_int_equal(phases_down(&m), 0);
}

static void down_of_a_start_is_none(void **state)
{
	const struct marks m = {
		.at_us = { [MARK_LAUNCHED] = 100, [MARK_READY] = 1000 }
	};

	(void)state;
	assert_int_equal(phases_down(&m), 0);
}

static void boot_is_from_a_new_qemu_to_ready(void **state)
{
	struct marks m = { .at_us = { [MARK_LAUNCHED] = 100,
				      [MARK_RUNNING] = 300,
				      [MARK_READY] = 1000 } };

	(void)state;
	assert_int_equal(phases_boot(&m), 700);
	m.at_us[MARK_RUNNING] = 0;
	assert_int_equal(phases_boot(&m), 0);
}

/* A pause comes before HELLO or after it: the order is that of time. */
static void phases_are_in_the_order_of_time(void **state)
{
	const struct marks m = { .at_us = { [MARK_RUNNING] = 100,
					    [MARK_PAUSED] = 200,
					    [MARK_CONTINUED] = 500,
					    [MARK_HELLO] = 600,
					    [MARK_READY] = 1000 } };
	struct phase list[MARKS];

	(void)state;
	assert_int_equal(phases_list(&m, list), 4);
	assert_string_equal(list[1].name, "paused for memory");
	assert_int_equal(list[1].us, 300);
	assert_string_equal(list[2].name, "guest's kernel");
	assert_int_equal(list[2].us, 100);
	assert_int_equal(phases_boot(&m), 600);
}

static void phases_of_nothing_are_none(void **state)
{
	const struct marks m = { 0 };
	struct phase list[MARKS];

	(void)state;
	assert_int_equal(phases_list(&m, list), 0);
	assert_int_equal(phases_total(&m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_add_up_to_the_total),
		cmocka_unit_test(down_is_from_intent_to_ready),
		cmocka_unit_test(down_of_a_start_is_none),
		cmocka_unit_test(boot_is_from_a_new_qemu_to_ready),
		cmocka_unit_test(phases_are_in_the_order_of_time),
		cmocka_unit_test(phases_of_nothing_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
