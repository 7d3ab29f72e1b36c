// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_adopt_end.c - a shim after one that has died:
 * its QEMU ends, or has ended
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/core/adopt.h"
#include "tests/host/core/lifecycle_drive.h"

/* A guest that has ended in order, as was wished. */
static void judged(struct drive *d, enum wish wish, enum intent intent)
{
	drive_init(d);
	drive_serving(d);
	drive_wish(d, wish);
	drive_judged(d, intent);
	assert_int_equal(d->lc.state, LC_QUITTING);
}

static void adopt_quitting_quits_again_as_decided(void **state)
{
	struct drive d;

	(void)state;
	judged(&d, WISH_STOP, INTENT_POWEROFF);
	drive_crash(&d, true);
	drive_found(&d, VM_STOPPED);
	assert_int_equal(d.acts, ACT_QUIT);
	drive_exit(&d, -1);
	assert_int_equal(d.acts, ACT_NUDGE | ACT_GONE);
	drive_type(&d, EV_MEMORY_BACK);
	assert_true(d.acts & ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_POWEROFF);
	assert_int_equal(d.lc.last.strategy, STRATEGY_STOP);
}

/* It ends already: QMP is closed, or nobody serves it any more. */
static void adopt_quitting_without_qmp_ends_as_decided(void **state)
{
	(void)state;
	for (int deaf = 0; deaf < 2; deaf++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_judged(&d, INTENT_POWEROFF);
		assert_int_equal(d.lc.state, LC_QUITTING);
		drive_crash(&d, true);
		if (deaf)
			drive_wait(&d, 61000);
		else
			drive_type(&d, EV_QMP_LOST);
		assert_int_equal(d.acts, ACT_TERM);
		drive_exit(&d, 0);
		assert_int_equal(d.acts, ACT_NUDGE);
		drive_type(&d, EV_MEMORY_BACK);
		assert_true(d.acts & ACT_FINISH);
		assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_POWEROFF);
	}
}

static void adopt_quitting_then_stop_is_no_launch(void **state)
{
	struct drive d;

	(void)state;
	judged(&d, WISH_FULL, INTENT_REBOOT);
	drive_crash(&d, true);
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_SUPERSEDED);
	drive_found(&d, VM_STOPPED);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_REBOOT);
}

static void adopt_draining_waits_for_the_memory(void **state)
{
	static const struct {
		enum wish wish;
		enum intent intent;
		enum lc_state waits;
		uint32_t then;
	} cases[] = {
		{ WISH_STOP, INTENT_POWEROFF, LC_DRAINING, ACT_FINISH },
		{ WISH_FULL, INTENT_REBOOT, LC_ADMITTING, ACT_LAUNCH },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drive d;

		judged(&d, cases[i].wish, cases[i].intent);
		drive_exit(&d, 0);
		assert_int_equal(d.lc.state, cases[i].waits);
		drive_remains(&d, true);
		assert_true(d.acts & ACT_NUDGE);
		assert_int_equal(d.lc.state, cases[i].waits);
		drive_type(&d, EV_MEMORY_BACK);
		assert_true(d.acts & cases[i].then);
	}
}

static void adopt_nothing_of_a_guest_is_unobserved_and_starts(void **state)
{
	(void)state;
	for (int memory = 0; memory < 2; memory++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_remains(&d, memory);
		assert_true(d.acts & ACT_JUDGED);
		assert_int_equal(d.lc.now.cause, CAUSE_UNOBSERVED);
		assert_non_null(strstr(d.lc.now.evidence, "exit status"));
		if (memory)
			drive_type(&d, EV_MEMORY_BACK);
		assert_true(d.acts & ACT_LAUNCH);
		assert_int_equal(d.lc.generation, 2);
	}
}

static void adopt_nothing_of_one_that_waited_is_a_plain_start(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	d.lc.state = LC_WAITING;
	d.lc.failures = 3;
	drive_remains(&d, false);
	assert_int_equal(d.acts, ACT_LAUNCH);
	assert_int_equal(d.lc.failures, 3);
}

/* It has run: to give up at once is not what its users are to notice. */
static void adopt_nothing_of_a_restart_that_waited_waits_on(void **state)
{
	struct drive d;

	(void)state;
	judged(&d, WISH_FULL, INTENT_REBOOT);
	d.room = ROOM_FOR_NONE;
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	drive_remains(&d, false);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	assert_int_equal(d.acts, ACT_TELL_MEMORY);
	assert_int_equal(d.lc.now.marks.at_us[MARK_EXITED], 0);
	d.room = ROOM_FOR_TWO;
	drive_wait(&d, 500);
	assert_int_equal(d.acts, ACT_TELL_MEMORY | ACT_LAUNCH);
	assert_int_equal(d.lc.now.cause, CAUSE_CLEAN_REBOOT);
}

/* The shim died, or was handed over, while the first of all starts waited. */
static void adopt_nothing_of_a_first_start_is_the_first_generation(void **state)
{
	(void)state;
	for (int handed_over = 0; handed_over < 2; handed_over++) {
		struct drive d;

		drive_init(&d);
		d.lc.state = LC_ADMITTING;
		if (handed_over)
			drive_handed_over(&d);
		else
			drive_remains(&d, false);
		assert_int_equal(d.acts, ACT_LAUNCH);
		assert_int_equal(d.lc.generation, 1);
	}
}

/* Its pause was over: it waited for memory, as it goes on to do. */
static void adopt_one_that_has_paused_does_not_pause_again(void **state)
{
	(void)state;
	for (int memory = 0; memory < 2; memory++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		d.lc.state = LC_ADMITTING;
		d.lc.failures = 3;
		d.lc.now.cause = CAUSE_QEMU_CRASHED;
		d.lc.now.strategy = STRATEGY_OVERLAP;
		if (memory)
			drive_remains(&d, true);
		else
			drive_handed_over(&d);
		assert_false(d.acts & ACT_TELL_WAIT);
		assert_int_equal(d.lc.state,
				 memory ? LC_ADMITTING : LC_LAUNCHING);
	}
}

/* Of a secure guest, which may have been reset in place. */
static void adopt_nothing_leaves_no_reset_to_be_rested_from(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.secure = true;
	drive_serving(&d);
	d.lc.cont_us = d.now_us;
	drive_remains(&d, false);
	assert_true(d.acts & ACT_LAUNCH);
	assert_int_equal(d.lc.cleanup.kind, CLEANUP_NONE);
}

/* Who types `run` wants it to run, even if the last thing was a stop. */
static void adopt_nothing_of_a_stop_is_a_plain_start(void **state)
{
	struct drive d;

	(void)state;
	judged(&d, WISH_STOP, INTENT_POWEROFF);
	drive_exit(&d, 0);
	drive_remains(&d, false);
	assert_int_equal(d.acts, ACT_LAUNCH);
	assert_int_equal(d.lc.wish, WISH_NONE);
}

/* Nobody has typed `run`: what was wished for is done, and who waits is told. */
static void handover_of_a_stop_that_is_through_is_its_end(void **state)
{
	struct drive d;

	(void)state;
	judged(&d, WISH_STOP, INTENT_POWEROFF);
	drive_handed_over(&d);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_POWEROFF);
	assert_int_equal(d.lc.last.strategy, STRATEGY_STOP);
}

static void handover_of_a_power_off_that_is_through_is_its_end(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_judged(&d, INTENT_POWEROFF);
	drive_handed_over(&d);
	assert_int_equal(d.acts, ACT_RECORD | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_POWEROFF);
}

static void handover_after_an_unseen_end_stops_as_wished(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_STOP);
	drive_handed_over(&d);
	assert_int_equal(d.acts,
			 ACT_JUDGED | ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_UNOBSERVED);
}

static void handover_of_a_full_reboot_keeps_who_waits(void **state)
{
	struct drive d;

	(void)state;
	judged(&d, WISH_FULL, INTENT_REBOOT);
	drive_handed_over(&d);
	assert_int_equal(d.acts, ACT_LAUNCH);
	assert_int_equal(d.lc.wish, WISH_FULL);
	assert_true(d.lc.wish_acted);
}

static void adopt_nothing_of_a_crash_loop_is_a_start(void **state)
{
	(void)state;
	for (int memory = 0; memory < 2; memory++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		d.lc.cfg.crash_limit = 0;
		drive_remains(&d, memory);
		assert_false(d.lc.now.failed);
		if (memory)
			drive_type(&d, EV_MEMORY_BACK);
		assert_true(d.acts & ACT_LAUNCH);
	}
}

static void adopt_draining_of_a_crash_loop_has_failed(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.cfg.crash_limit = 0;
	drive_serving(&d);
	drive_exit(&d, 9);
	drive_remains(&d, true);
	drive_type(&d, EV_MEMORY_BACK);
	assert_true(d.acts & ACT_FINISH);
	assert_true(d.lc.last.failed);
}

static void adopt_then_exit_unseen_is_unobserved(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_crash(&d, true);
	drive_found(&d, VM_RUNNING);
	drive_exit(&d, -1);
	assert_int_equal(d.lc.now.cause, CAUSE_UNOBSERVED);
	assert_non_null(strstr(d.lc.now.evidence, "its exit status"));
	assert_null(strstr(d.lc.now.evidence, "status 255"));
}

static void adopt_then_told_to_end_needs_no_status(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_crash(&d, true);
	drive_found(&d, VM_RUNNING);
	drive_end(&d, END_EXIT_SIGNAL);
	drive_exit(&d, -1);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_SIGNALLED);
}

static void adopt_a_deaf_qemu_is_ended(void **state)
{
	const struct lc_left left = { .qemu = true };
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_adopt(&d, &left);
	drive_wait(&d, 61000);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_TERM);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_DEAF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adopt_quitting_quits_again_as_decided),
		cmocka_unit_test(adopt_quitting_without_qmp_ends_as_decided),
		cmocka_unit_test(adopt_quitting_then_stop_is_no_launch),
		cmocka_unit_test(adopt_draining_waits_for_the_memory),
		cmocka_unit_test(
			adopt_nothing_of_a_guest_is_unobserved_and_starts),
		cmocka_unit_test(
			adopt_nothing_of_one_that_waited_is_a_plain_start),
		cmocka_unit_test(
			adopt_nothing_of_a_restart_that_waited_waits_on),
		cmocka_unit_test(
			adopt_nothing_of_a_first_start_is_the_first_generation),
		cmocka_unit_test(
			adopt_one_that_has_paused_does_not_pause_again),
		cmocka_unit_test(
			adopt_nothing_leaves_no_reset_to_be_rested_from),
		cmocka_unit_test(adopt_nothing_of_a_stop_is_a_plain_start),
		cmocka_unit_test(handover_of_a_stop_that_is_through_is_its_end),
		cmocka_unit_test(
			handover_of_a_power_off_that_is_through_is_its_end),
		cmocka_unit_test(handover_after_an_unseen_end_stops_as_wished),
		cmocka_unit_test(handover_of_a_full_reboot_keeps_who_waits),
		cmocka_unit_test(adopt_nothing_of_a_crash_loop_is_a_start),
		cmocka_unit_test(adopt_draining_of_a_crash_loop_has_failed),
		cmocka_unit_test(adopt_then_exit_unseen_is_unobserved),
		cmocka_unit_test(adopt_then_told_to_end_needs_no_status),
		cmocka_unit_test(adopt_a_deaf_qemu_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
