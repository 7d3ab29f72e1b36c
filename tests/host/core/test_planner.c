// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_planner.c - every set of facts has its plan
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/planner.h"

static const uint32_t good = FACT_CLEAN | FACT_HEALTHY | FACT_SAME_IMAGE |
			     FACT_RESTED | FACT_VM_STOPPED | FACT_MAY_RESTART;

static void plan_good_facts_is_in_place(void **state)
{
	(void)state;
	assert_int_equal(planner_choose(good).strategy, STRATEGY_IN_PLACE);
	assert_null(planner_choose(good).instead);
}

/* What a set of facts may have besides, and still be in place. */
static bool is_good(uint32_t f)
{
	f &= ~(uint32_t)(FACT_FITS_TWICE | FACT_WANT_IN_PLACE);
	return f == good;
}

static void plan_in_place_needs_every_good_fact(void **state)
{
	(void)state;
	for (uint32_t f = 0; f <= FACTS_ALL; f++) {
		struct plan p = planner_choose(f);
		bool slower =
			(f & FACT_RELAUNCH_FASTER) && !(f & FACT_WANT_IN_PLACE);

		assert_non_null(p.reason);
		assert_int_not_equal(p.strategy, STRATEGY_NONE);
		assert_int_equal(p.strategy == STRATEGY_IN_PLACE,
				 is_good(f & ~FACT_RELAUNCH_FASTER) && !slower);
		assert_int_equal(p.instead == NULL,
				 p.strategy == STRATEGY_IN_PLACE);
	}
}

/* Asking for it makes no memory; nor is the reset worth waiting for. */
static void plan_without_memory_for_a_reset_is_a_relaunch(void **state)
{
	const uint32_t f = good | FACT_CRAMPED | FACT_WANT_IN_PLACE;

	(void)state;
	assert_int_equal(planner_choose(f).strategy, STRATEGY_DRAIN_FIRST);
	assert_int_equal(planner_choose(f | FACT_FITS_TWICE).strategy,
			 STRATEGY_OVERLAP);
	assert_string_equal(planner_choose(f).reason,
			    planner_choose(f & ~FACT_RESTED).reason);
	assert_string_equal(planner_obstacle(f, STRATEGY_IN_PLACE),
			    planner_choose(f).instead);
}

static void plan_stop_wins_over_everything(void **state)
{
	(void)state;
	for (uint32_t f = 0; f <= FACTS_ALL; f++)
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

static void plan_relaunch_overlaps_where_both_fit(void **state)
{
	(void)state;
	for (uint32_t f = 0; f <= FACTS_ALL; f++) {
		enum strategy s = planner_choose(f).strategy;

		if (s == STRATEGY_OVERLAP)
			assert_true(f & FACT_FITS_TWICE);
		if (s == STRATEGY_DRAIN_FIRST)
			assert_false(f & FACT_FITS_TWICE);
	}
}

static void plan_faster_relaunch_is_taken_unless_asked(void **state)
{
	uint32_t f = good | FACT_RELAUNCH_FASTER;

	(void)state;
	assert_int_equal(planner_choose(f).strategy, STRATEGY_DRAIN_FIRST);
	assert_int_equal(planner_choose(f | FACT_FITS_TWICE).strategy,
			 STRATEGY_OVERLAP);
	f |= FACT_WANT_IN_PLACE;
	assert_int_equal(planner_choose(f).strategy, STRATEGY_IN_PLACE);
}

/* What is not obstructed comes true when it is asked for. */
static void obstacle_none_means_that_asking_gets_it(void **state)
{
	const uint32_t asks = FACT_WANT_FULL | FACT_WANT_IN_PLACE;

	(void)state;
	for (uint32_t f = 0; f <= FACTS_ALL; f++) {
		uint32_t plain = f & ~asks;

		assert_int_equal(
			planner_choose(plain | FACT_WANT_IN_PLACE).strategy ==
				STRATEGY_IN_PLACE,
			!planner_obstacle(f, STRATEGY_IN_PLACE));
		if (planner_obstacle(f, STRATEGY_DRAIN_FIRST))
			assert_int_equal(planner_choose(plain).strategy,
					 STRATEGY_STOP);
		if (!planner_obstacle(f, STRATEGY_OVERLAP))
			assert_int_equal(
				planner_choose(plain | FACT_WANT_FULL).strategy,
				STRATEGY_OVERLAP);
	}
}

static void strategy_is_found_by_its_name(void **state)
{
	(void)state;
	for (int s = 0; s < STRATEGIES; s++)
		assert_int_equal(strategy_find(strategy_name((enum strategy)s)),
				 s);
	assert_int_equal(strategy_find("fast"), STRATEGY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_good_facts_is_in_place),
		cmocka_unit_test(plan_in_place_needs_every_good_fact),
		cmocka_unit_test(plan_without_memory_for_a_reset_is_a_relaunch),
		cmocka_unit_test(plan_stop_wins_over_everything),
		cmocka_unit_test(plan_full_asked_drains_first),
		cmocka_unit_test(plan_relaunch_overlaps_where_both_fit),
		cmocka_unit_test(plan_faster_relaunch_is_taken_unless_asked),
		cmocka_unit_test(obstacle_none_means_that_asking_gets_it),
		cmocka_unit_test(strategy_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
