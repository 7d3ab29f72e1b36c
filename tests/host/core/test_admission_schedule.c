// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_admission_schedule.c - 10,000 random days
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/core/schedule.h"

enum { DAYS = 10000 };

static void any_day_is_within_the_host_and_in_order(void **state)
{
	uint64_t started = 0, refused = 0, turns = 0;
	double worst = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= DAYS; seed++) {
		struct schedule s;

		schedule_run(seed, &s);
		assert_int_equal(s.late, 0);
		assert_int_equal(s.left, 0);
		worst = s.worst > worst ? s.worst : worst;
		started += s.started;
		refused += s.refused;
		turns += s.turns;
	}
	print_message("%d days: %llu started, %llu of them waited, %llu "
		      "refused, at most %.4f of the host\n",
		      DAYS, (unsigned long long)started,
		      (unsigned long long)turns, (unsigned long long)refused,
		      worst);
	assert_true(worst <= 1.0);
	assert_true(worst > 0.99); /* it was tight */
	assert_true(turns > DAYS && refused > DAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_day_is_within_the_host_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
