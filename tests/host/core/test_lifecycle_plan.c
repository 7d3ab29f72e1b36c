// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_plan.c - history makes plans
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

/* One reboot by @wish from serving to serving. Return: how it was made */
static enum strategy reboot(struct drive *d, enum wish wish, uint64_t boot_ms)
{
	drive_wish(d, wish);
	drive_quiesce(d, INTENT_REBOOT);
	drive_type(d, EV_STATUS);
	if (d->acts & ACT_RESET) {
		drive_type(d, EV_RESET);
	} else {
		drive_exit(d, 0);
		drive_type(d, EV_MEMORY_BACK);
		drive_type(d, EV_UP);
	}
	drive_hello(d);
	d->now_us += boot_ms * 1000;
	drive_say(d, MSG_READY, INTENT_NONE);
	assert_int_equal(d->lc.state, LC_SERVING);
	return d->lc.last.strategy;
}

static void prospect_of_a_serving_guest_is_in_place(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	assert_int_equal(planner_choose(lifecycle_prospect(&d.lc)).strategy,
			 STRATEGY_IN_PLACE);
	assert_int_equal(reboot(&d, WISH_REBOOT, 5), STRATEGY_IN_PLACE);
}

static void prospect_of_a_silent_guest_is_full(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_wait(&d, 60000);
	assert_int_equal(planner_choose(lifecycle_prospect(&d.lc)).strategy,
			 STRATEGY_DRAIN_FIRST);
}

static void prospect_during_a_stop_is_the_end(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_wish(&d, WISH_STOP);
	assert_int_equal(planner_choose(lifecycle_prospect(&d.lc)).strategy,
			 STRATEGY_STOP);
}

static void unclean_end_is_no_sample(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_exit(&d, 9);
	drive_type(&d, EV_MEMORY_BACK);
	drive_type(&d, EV_UP);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.lc.last.strategy, STRATEGY_DRAIN_FIRST);
	assert_int_equal(d.lc.past.of[STRATEGY_DRAIN_FIRST].count, 0);
	assert_true(d.lc.past.boot_us > 0);
}

static void follow_history(enum room room, enum strategy relaunch)
{
	struct drive d = drive_to_serving();

	d.room = room;
	d.lc.fits_twice = room == ROOM_FOR_TWO;
	for (uint32_t i = 0; i < PAST_ENOUGH; i++) {
		assert_int_equal(reboot(&d, WISH_REBOOT, 900),
				 STRATEGY_IN_PLACE);
		assert_int_equal(reboot(&d, WISH_FULL, 400), relaunch);
	}
	assert_int_equal(reboot(&d, WISH_REBOOT, 400), relaunch);
	assert_int_equal(reboot(&d, WISH_IN_PLACE, 900), STRATEGY_IN_PLACE);
}

static void history_of_faster_full_restarts_is_followed(void **state)
{
	(void)state;
	follow_history(ROOM_FOR_ONE, STRATEGY_DRAIN_FIRST);
	follow_history(ROOM_FOR_TWO, STRATEGY_OVERLAP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prospect_of_a_serving_guest_is_in_place),
		cmocka_unit_test(prospect_of_a_silent_guest_is_full),
		cmocka_unit_test(prospect_during_a_stop_is_the_end),
		cmocka_unit_test(unclean_end_is_no_sample),
		cmocka_unit_test(history_of_faster_full_restarts_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
