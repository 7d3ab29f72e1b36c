// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/test_sweep.c - a sample of the fault sweep
 *
 * Every STRIDE-th call of every life, beginning with another one in each, and
 * each in one way to fail, once or for good; `make sweep` tries them all.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sweep/sweep.h"

enum { STRIDE = 5, STRIDE_LASTS = 23, WORKERS = 32 };

static void sample(unsigned int stride, bool lasts)
{
	unsigned int offset = 0, points = 0, failed = 0;

	for (const struct life_plan *p = sweep_plans; p->name; p++)
		for (int who = 0; who < LIFE_WHOS; who++) {
			const struct sweep_choice some = { stride,
							   offset++ % stride,
							   WORKERS, lasts };
			struct sweep_result s;
			int r = sweep_run(p, (enum life_who)who, &some, &s);

			if (r == -EPERM || r == -ENOSYS || r == -ENOSPC) {
				print_message("no user namespace: %s\n",
					      strerror(-r));
				skip();
			}
			assert_int_equal(r, 0);
			points += s.points;
			failed += s.failed;
		}
	print_message("%u points tried, every %uth call\n", points, stride);
	assert_int_equal(failed, 0);
	assert_true(points > 1000 / stride); /* else nothing was injected */
}

static void init_with_any_call_failing_ends_as_meant(void **state)
{
	(void)state;
	sample(STRIDE, false);
}

static void init_with_a_call_that_fails_for_good_ends_or_is_still(void **state)
{
	(void)state;
	sample(STRIDE_LASTS, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_with_any_call_failing_ends_as_meant),
		cmocka_unit_test(
			init_with_a_call_that_fails_for_good_ends_or_is_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
