// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_planner.c - every set of facts has its plan
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/planner.h"

enum { ALL_FACTS = FACT_REFUSED * 2 };

static const uint32_t good = FACT_CLEAN | FACT_HEALTHY | FACT_SAME_IMAGE |
			     FACT_RESTED | FACT_VM_STOPPED | FACT_MAY_RESTART;

static void plan_good_facts_is_in_place(void **state)
{
	(void)state;
	assert_int_equal(planner_choose(good).strategy, STRATEGY_IN_PLACE);
}

static void plan_in_place_needs_every_good_fact(void **state)
{
	(void)state;
	for (uint32_t f = 0; f < ALL_FACTS; f++) {
		struct plan p = planner_choose(f);

		assert_non_null(p.reason);
		assert_int_not_equal(p.strategy, STRATEGY_NONE);
		if (p.strategy == STRATEGY_IN_PLACE)
			assert_int_equal(f, good);
	}
}

static void plan_stop_wins_over_everything(void **state)
{
	(void)state;
	for (uint32_t f = 0; f < ALL_FACTS; f++)
		if (f & (FACT_WANT_STOP | FACT_POWEROFF | FACT_GAVE_UP |
			 FACT_REFUSED) ||
		    !(f & FACT_MAY_RESTART))
			assert_int_equal(planner_choose(f).strategy,
					 STRATEGY_STOP);
}

static void plan_full_asked_drains_first(void **state)
{
	(void)state;
	assert_int_equal(planner_choose(good | FACT_WANT_FULL).strategy,
			 STRATEGY_DRAIN_FIRST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_good_facts_is_in_place),
		cmocka_unit_test(plan_in_place_needs_every_good_fact),
		cmocka_unit_test(plan_stop_wins_over_everything),
		cmocka_unit_test(plan_full_asked_drains_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
