// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_pressure_adopt.c - a guest that gave way, under
 * the next shim
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

static void paused_guest_is_continued_by_the_next_shim(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	drive_crash(&d, true);
	drive_end(&d, END_PAUSED); /* query-status: paused */
	drive_found(&d, VM_STOPPED);
	assert_int_equal(d.acts, ACT_CONT | ACT_ASK);
	assert_int_equal(d.lc.state, LC_BOOTING);
	assert_int_equal(d.lc.generation, 2);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.lc.state, LC_SERVING);
}

/* The first shim had seen READY, but not the STOP of its own. */
static void guest_that_serves_is_continued_by_the_next_shim(void **s)
{
	struct drive d = drive_second_booting();

	(void)s;
	drive_hello(&d);
	drive_type(&d, EV_PRESSURE);
	drive_say(&d, MSG_READY, INTENT_NONE);
	drive_crash(&d, true);
	drive_found(&d, VM_STOPPED);
	assert_true(d.acts & ACT_CONT);
	assert_int_equal(d.lc.state, LC_SERVING);
}

static void paused_guest_that_had_ended_is_judged_by_the_next_shim(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	drive_crash(&d, true);
	drive_end(&d, END_PANIC);
	drive_found(&d, VM_STOPPED);
	assert_false(d.acts & ACT_CONT);
	assert_int_equal(d.lc.now.cause, CAUSE_GUEST_PANIC);
}

static void guest_that_never_ran_is_started_by_the_next_shim(void **s)
{
	struct drive d = drive_second_launching();

	(void)s;
	drive_type(&d, EV_PRESSURE);
	drive_type(&d, EV_UP);
	drive_crash(&d, true);
	drive_found(&d, VM_READY_TO_RUN);
	assert_int_equal(d.acts, ACT_RUN);
	assert_int_equal(d.lc.boot, 1);
}

/* What it gives way to drains still, when the next shim looks. */
static void crash_beside_the_drain(struct drive *d)
{
	const struct lc_left left = {
		.saved = &d->saved,
		.qemu = true,
		.same_image = true,
		.draining = true,
	};

	lifecycle_save(&d->lc, &d->saved);
	drive_adopt(d, &left);
	drive_type(d, EV_UP);
}

static void paused_guest_stays_so_under_the_next_shim(void **s)
{
	struct drive d = drive_second_paused();
	uint64_t paused_us = d.lc.now.marks.at_us[MARK_PAUSED];

	(void)s;
	crash_beside_the_drain(&d);
	drive_end(&d, END_PAUSED);
	drive_found(&d, VM_STOPPED);
	assert_int_equal(d.acts, ACT_ASK);
	assert_int_equal(d.lc.state, LC_PAUSED);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_CONT);
	drive_hello(&d);
	drive_type(&d, EV_PRESSURE); /* it has given way once */
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.lc.state, LC_SERVING);
	assert_int_equal(d.lc.last.marks.at_us[MARK_PAUSED], paused_us);
}

static void paused_guest_waits_no_longer_under_the_next_shim(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	crash_beside_the_drain(&d);
	drive_found(&d, VM_STOPPED);
	drive_wait(&d, 60001);
	assert_int_equal(d.acts, ACT_CONT);
	crash_beside_the_drain(&d); /* and not a second time */
	drive_found(&d, VM_RUNNING);
	drive_type(&d, EV_PRESSURE);
	assert_int_equal(d.acts, 0);
	assert_int_equal(d.lc.state, LC_BOOTING);
}

static void guest_that_never_ran_waits_on_under_the_next_shim(void **s)
{
	static const bool up[] = { false, true };

	(void)s;
	for (int i = 0; i < 2; i++) {
		struct drive d = drive_second_launching();

		drive_type(&d, EV_PRESSURE);
		if (up[i])
			drive_type(&d, EV_UP);
		crash_beside_the_drain(&d);
		drive_found(&d, VM_READY_TO_RUN);
		assert_int_equal(d.acts, 0);
		assert_int_equal(d.lc.state, LC_PAUSED);
		assert_true(d.lc.now.marks.at_us[MARK_PAUSED] > 0);
		drive_type(&d, EV_MEMORY_BACK);
		assert_int_equal(d.acts, ACT_RUN);
		assert_int_equal(d.lc.boot, 1);
	}
}

/* QEMU never got the `stop`: it may be asked again. */
static void guest_whose_pause_was_lost_may_give_way_again(void **s)
{
	struct drive d = drive_second_booting();

	(void)s;
	drive_type(&d, EV_PRESSURE);
	crash_beside_the_drain(&d);
	drive_found(&d, VM_RUNNING);
	assert_int_equal(d.lc.state, LC_BOOTING);
	drive_type(&d, EV_PRESSURE);
	assert_int_equal(d.acts, ACT_PAUSE);
}

static void stop_of_a_guest_that_waits_on_ends_it(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	crash_beside_the_drain(&d);
	drive_found(&d, VM_STOPPED);
	drive_wish(&d, WISH_STOP);
	assert_int_equal(d.lc.state, LC_QUITTING);
}

#define ONE(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(paused_guest_is_continued_by_the_next_shim),
		ONE(guest_that_serves_is_continued_by_the_next_shim),
		ONE(paused_guest_that_had_ended_is_judged_by_the_next_shim),
		ONE(guest_that_never_ran_is_started_by_the_next_shim),
		ONE(paused_guest_stays_so_under_the_next_shim),
		ONE(paused_guest_waits_no_longer_under_the_next_shim),
		ONE(guest_that_never_ran_waits_on_under_the_next_shim),
		ONE(guest_whose_pause_was_lost_may_give_way_again),
		ONE(stop_of_a_guest_that_waits_on_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
