// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_room.c - what a restart needs to know of room
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

static bool will_relaunch(const struct drive *d)
{
	const struct lc_event healthy = { .type = EV_STATUS };

	return lifecycle_will_relaunch(&d->lc, &healthy, d->now_us);
}

static bool will_reset(const struct drive *d)
{
	const struct lc_event healthy = { .type = EV_STATUS };

	return lifecycle_will_reset(&d->lc, &healthy, d->now_us);
}

static void relaunch_foretells_what_the_room_allows(void **state)
{
	const struct lc_event room = { .type = EV_ROOM, .fits_twice = true };
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_FULL);
	drive_quiesce(&d, INTENT_REBOOT);
	lifecycle_step(&d.lc, &room, d.now_us);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.strategy, STRATEGY_OVERLAP);
	drive_exit(&d, 0); /* but somebody else was quicker */
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_TELL_MEMORY | ACT_LAUNCH);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void reset_in_place_that_finds_no_memory_is_a_relaunch(void **state)
{
	const struct lc_event cramped = { .type = EV_ROOM, .cramped = true };
	const struct lc_event again = { .type = EV_ROOM };
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_IN_PLACE);
	drive_quiesce(&d, INTENT_REBOOT);
	lifecycle_step(&d.lc, &cramped, d.now_us);
	assert_true(will_relaunch(&d));
	assert_false(will_reset(&d));
	lifecycle_step(&d.lc, &again, d.now_us); /* it came back meanwhile */
	assert_false(will_relaunch(&d));
	assert_true(will_reset(&d));
	lifecycle_step(&d.lc, &cramped, d.now_us);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
	assert_non_null(strstr(d.lc.now.reason, "donations"));
}

static void reset_in_place_need_not_know_of_room(void **state)
{
	struct drive d;
	struct lifecycle before;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_REBOOT);
	drive_quiesce(&d, INTENT_REBOOT);
	before = d.lc;
	assert_false(will_relaunch(&d));
	assert_memory_equal(&d.lc, &before, sizeof(before));
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.strategy, STRATEGY_IN_PLACE);
}

static void restart_in_full_is_foreseen_at_stop(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_FULL);
	drive_quiesce(&d, INTENT_REBOOT);
	assert_true(will_relaunch(&d));
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_STOP);
	drive_quiesce(&d, INTENT_POWEROFF);
	assert_false(will_relaunch(&d));
	assert_false(will_reset(&d));
}

/* What a reset takes is not to be promised for as long as somebody looks. */
static void panic_that_is_kept_is_neither_restart_nor_reset(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.cfg.on_panic = ON_PANIC_PAUSE;
	drive_serving(&d);
	drive_end(&d, END_PANIC);
	drive_type(&d, EV_STOP);
	assert_false(will_relaunch(&d));
	assert_false(will_reset(&d));
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.state, LC_PANICKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relaunch_foretells_what_the_room_allows),
		cmocka_unit_test(
			reset_in_place_that_finds_no_memory_is_a_relaunch),
		cmocka_unit_test(reset_in_place_need_not_know_of_room),
		cmocka_unit_test(restart_in_full_is_foreseen_at_stop),
		cmocka_unit_test(
			panic_that_is_kept_is_neither_restart_nor_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
