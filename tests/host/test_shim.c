// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_shim.c - events that actions have found
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/shim_impl.h"

static void later_one_of_each_type_fits(void **state)
{
	struct shim s = { .later_count = 0 };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < LC_EVENTS; i++)
			shim_later_type(&s, (enum lc_event_type)i);
	assert_int_equal(s.later_count, LC_EVENTS);
	for (int i = 0; i < LC_EVENTS; i++)
		assert_int_equal(s.later[i].type, i);
}

static void
later_two_of_a_type_are_the_second_in_place_of_the_first(void **state)
{
	const struct lc_event first = { .type = EV_CPU, .cpu_us = 1 },
			      second = { .type = EV_CPU, .cpu_us = 2 };
	struct shim s = { .later_count = 0 };

	(void)state;
	shim_later(&s, &first);
	shim_later_type(&s, EV_QMP_LOST);
	shim_later(&s, &second);
	assert_int_equal(s.later_count, 2);
	assert_int_equal(s.later[0].type, EV_CPU);
	assert_int_equal(s.later[0].cpu_us, 2);
	assert_int_equal(s.later[1].type, EV_QMP_LOST);
}

/* QEMU has gone, its memory is not back: the passage is told already. */
static void answer_before_the_memory_is_back_has_the_lines_of_its_end(void **s)
{
	struct shim shim = { .console_last = json_pack("[s]", "before"),
			     .console_now = json_pack("[s]", "last words") };

	(void)s;
	shim_answer_gone(&shim);
	assert_true(json_equal(shim.console_last, shim.console_now));
	json_decref(shim.console_last);
	json_decref(shim.console_now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			answer_before_the_memory_is_back_has_the_lines_of_its_end),
		cmocka_unit_test(later_one_of_each_type_fits),
		cmocka_unit_test(
			later_two_of_a_type_are_the_second_in_place_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
