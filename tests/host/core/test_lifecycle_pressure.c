// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_pressure.c - a guest that boots gives way
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

static void pressure_while_it_boots_pauses_until_the_memory_is_back(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	drive_wait(&d, 50000); /* its boot deadline stands still */
	assert_int_equal(d.lc.state, LC_PAUSED);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_CONT);
	assert_int_equal(d.lc.state, LC_BOOTING);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.lc.state, LC_SERVING);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

static void pause_is_a_phase_and_no_time_that_a_boot_takes(void **s)
{
	struct drive d = drive_second_paused();
	const struct marks *m = &d.lc.last.marks;

	(void)s;
	drive_wait(&d, 50000);
	drive_type(&d, EV_MEMORY_BACK);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_in_range(m->at_us[MARK_CONTINUED] - m->at_us[MARK_PAUSED],
			50000000, 50001000);
	assert_in_range(phases_boot(m), 20000000, 20001000);
}

static void boot_deadline_goes_on_with_what_was_left(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	drive_wait(&d, 50000);
	drive_type(&d, EV_MEMORY_BACK);
	drive_hello(&d);
	drive_wait(&d, 39900);
	assert_int_equal(d.lc.state, LC_BOOTING);
	drive_wait(&d, 200);
	assert_int_equal(d.lc.state, LC_QUITTING);
	assert_int_equal(d.lc.now.cause, CAUSE_BOOT_TIMEOUT);
}

static void drain_that_never_ends_pauses_no_longer_than_its_deadline(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	drive_wait(&d, 60001);
	assert_int_equal(d.acts, ACT_CONT);
	drive_type(&d, EV_PRESSURE); /* once is enough */
	assert_int_equal(d.acts, 0);
	assert_int_equal(d.lc.state, LC_BOOTING);
}

static void pressure_before_it_runs_holds_its_first_cont_back(void **s)
{
	struct drive d = drive_second_launching();

	(void)s;
	drive_type(&d, EV_PRESSURE);
	assert_int_equal(d.acts, 0);
	drive_type(&d, EV_UP);
	assert_int_equal(d.acts, 0);
	assert_int_equal(d.lc.state, LC_PAUSED);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RUN);
	assert_int_equal(d.lc.boot, 1);
}

static void pressure_that_is_over_before_it_runs_holds_nothing(void **s)
{
	struct drive d = drive_second_launching();

	(void)s;
	drive_type(&d, EV_PRESSURE);
	drive_type(&d, EV_MEMORY_BACK);
	drive_type(&d, EV_UP);
	assert_int_equal(d.acts, ACT_RUN);
}

static void pressure_pauses_nobody_who_serves_or_boots_alone(void **s)
{
	struct drive d = drive_second_booting();

	(void)s;
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	drive_type(&d, EV_PRESSURE);
	assert_int_equal(d.acts, 0);
	d = drive_to_booting();
	drive_type(&d, EV_PRESSURE);
	assert_int_equal(d.acts, 0);
}

/* Generation 1 drains yet, but this guest was there before. */
static void pressure_pauses_no_reset_in_place(void **s)
{
	struct drive d = drive_second_booting();

	(void)s;
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	drive_judged(&d, INTENT_REBOOT);
	drive_type(&d, EV_RESET);
	assert_int_equal(d.lc.state, LC_BOOTING);
	drive_type(&d, EV_PRESSURE);
	assert_int_equal(d.acts, 0);
}

static void ready_before_the_stop_makes_it_serve_again_at_once(void **s)
{
	struct drive d = drive_second_booting();

	(void)s;
	drive_hello(&d);
	drive_type(&d, EV_PRESSURE);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_true(d.acts & ACT_READY);
	assert_false(d.acts & ACT_CONT); /* its STOP would be an end */
	drive_type(&d, EV_STOP);
	assert_int_equal(d.acts, ACT_CONT);
	assert_int_equal(d.lc.state, LC_SERVING);
}

static void hello_and_stage_before_the_stop_are_not_lost(void **s)
{
	struct drive d = drive_second_booting();

	(void)s;
	drive_type(&d, EV_PRESSURE);
	drive_hello(&d);
	assert_int_equal(d.acts, ACT_WELCOME);
	drive_type(&d, EV_STOP);
	assert_int_equal(d.lc.state, LC_PAUSED);
	assert_int_equal(d.lc.epoch.stage, STAGE_HELLO);
	assert_int_equal(d.lc.boot, 1);
}

static void memory_back_before_the_stop_waits_for_it(void **s)
{
	struct drive d = drive_second_booting();

	(void)s;
	drive_type(&d, EV_PRESSURE);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, 0);
	drive_type(&d, EV_STOP);
	assert_int_equal(d.acts, ACT_CONT);
	assert_int_equal(d.lc.state, LC_BOOTING);
}

static void shutdown_before_the_stop_is_its_end(void **s)
{
	struct drive d = drive_second_booting();

	(void)s;
	drive_type(&d, EV_PRESSURE);
	drive_end(&d, END_PANIC);
	drive_type(&d, EV_STOP);
	assert_int_equal(d.acts, ACT_PROBE);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_GUEST_PANIC);
}

/* QEMU stopped it for us first: there is no second STOP. */
static void shutdown_after_the_stop_is_its_end(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	drive_end(&d, END_PANIC);
	assert_int_equal(d.acts, ACT_PROBE);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_GUEST_PANIC);
}

static void stop_while_paused_ends_it_unasked(void **s)
{
	struct drive d = drive_second_paused();

	(void)s;
	drive_wish(&d, WISH_STOP);
	assert_int_equal(d.acts, ACT_SUPERSEDED | ACT_JUDGED | ACT_QUIT);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_true(d.acts & ACT_FINISH);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

#define ONE(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(pressure_while_it_boots_pauses_until_the_memory_is_back),
		ONE(pause_is_a_phase_and_no_time_that_a_boot_takes),
		ONE(boot_deadline_goes_on_with_what_was_left),
		ONE(drain_that_never_ends_pauses_no_longer_than_its_deadline),
		ONE(pressure_before_it_runs_holds_its_first_cont_back),
		ONE(pressure_that_is_over_before_it_runs_holds_nothing),
		ONE(pressure_pauses_nobody_who_serves_or_boots_alone),
		ONE(pressure_pauses_no_reset_in_place),
		ONE(ready_before_the_stop_makes_it_serve_again_at_once),
		ONE(hello_and_stage_before_the_stop_are_not_lost),
		ONE(memory_back_before_the_stop_waits_for_it),
		ONE(shutdown_before_the_stop_is_its_end),
		ONE(shutdown_after_the_stop_is_its_end),
		ONE(stop_while_paused_ends_it_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
