// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle.c - the ways through the life of an appliance
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

static void start_is_launch_run_welcome_ready(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	assert_int_equal(d.acts, ACT_LAUNCH);
	drive_type(&d, EV_UP);
	assert_int_equal(d.acts, ACT_RUN);
	drive_hello(&d);
	assert_int_equal(d.acts, ACT_WELCOME);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.acts, ACT_READY | ACT_RECORD);
	assert_int_equal(d.lc.state, LC_SERVING);
	assert_int_equal(d.lc.generation, 1);
	assert_int_equal(d.lc.boot, 1);
}

static void reboot_asked_clean_is_in_place(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_REBOOT);
	assert_int_equal(d.acts, ACT_REQUEST);
	assert_int_equal(d.lc.asked_intent, INTENT_REBOOT);
	drive_quiesce(&d, INTENT_REBOOT);
	assert_int_equal(d.acts, ACT_PROBE);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_RESET);
	drive_type(&d, EV_RESET);
	assert_int_equal(d.acts, ACT_CONT);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.acts, ACT_READY | ACT_RECORD | ACT_ANSWER);
	assert_int_equal(d.lc.answered, WISH_REBOOT);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
	assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_REBOOT);
	assert_int_equal(d.lc.last.strategy, STRATEGY_IN_PLACE);
	assert_int_equal(d.lc.boot, 2);
}

static void reboot_full_drains_before_it_launches(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_FULL);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	drive_exit(&d, 0);
	assert_int_equal(d.acts, ACT_NUDGE);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_LAUNCH);
	assert_int_equal(d.lc.generation, 2);
	drive_type(&d, EV_UP);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
	assert_int_equal(d.lc.last.strategy, STRATEGY_DRAIN_FIRST);
}

static void poweroff_of_the_guest_ends_with_code_0(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_quiesce(&d, INTENT_POWEROFF);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_POWEROFF);
	assert_int_equal(cause_exit(d.lc.last.cause), 0);
}

static void poweroff_unseen_is_clean_all_the_same(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_say(&d, MSG_INTENT, INTENT_POWEROFF);
	drive_say(&d, MSG_QUIESCED, INTENT_POWEROFF);
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_CLEAN_POWEROFF);
	assert_int_equal(d.lc.now.strategy, STRATEGY_STOP);
}

static void stop_before_hello_is_kept_and_asked(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_wish(&d, WISH_STOP);
	assert_int_equal(d.acts, 0);
	drive_type(&d, EV_UP);
	drive_hello(&d);
	assert_int_equal(d.acts, ACT_WELCOME | ACT_REQUEST);
	assert_int_equal(d.lc.asked_intent, INTENT_POWEROFF);
	drive_quiesce(&d, INTENT_POWEROFF);
	drive_type(&d, EV_STATUS);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

static void stop_during_reset_never_boots_again(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_RESET);
	drive_wish(&d, WISH_STOP);
	drive_type(&d, EV_RESET);
	assert_int_equal(d.acts, ACT_QUIT);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_true(d.acts & ACT_FINISH);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

static void stop_while_draining_is_no_launch(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_exit(&d, 9);
	assert_int_equal(d.lc.state, LC_DRAINING);
	drive_wish(&d, WISH_STOP);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_QEMU_KILLED);
}

static void stop_supersedes_a_reboot_that_waits(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_REBOOT);
	drive_wish(&d, WISH_STOP);
	assert_true(d.acts & ACT_ANSWER);
	assert_int_equal(d.lc.answered, WISH_REBOOT);
	assert_int_equal(d.lc.answer, ANSWER_SUPERSEDED);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.strategy, STRATEGY_STOP);
}

static void reboot_while_stopping_is_busy(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_STOP);
	drive_wish(&d, WISH_FULL);
	assert_int_equal(d.acts, ACT_ANSWER);
	assert_int_equal(d.lc.answered, WISH_FULL);
	assert_int_equal(d.lc.answer, ANSWER_BUSY);
	assert_int_equal(d.lc.wish, WISH_STOP);
}

static void refusal_by_policy_answers_and_serves_on(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_REBOOT);
	drive_say(&d, MSG_REFUSED, INTENT_NONE);
	assert_int_equal(d.acts, ACT_ANSWER);
	assert_int_equal(d.lc.answer, ANSWER_REFUSED);
	assert_int_equal(d.lc.state, LC_SERVING);
}

static void refusal_does_not_hold_up_the_host(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_STOP_NOW);
	drive_say(&d, MSG_REFUSED, INTENT_NONE);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_HOST_SHUTDOWN);
}

static void reset_without_intent_relaunches(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_end(&d, END_RESET);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_RESET_WITHOUT_INTENT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void quiesced_read_at_stop_is_not_committed(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_say(&d, MSG_INTENT, INTENT_REBOOT);
	drive_end(&d, END_RESET);
	drive_say(&d, MSG_QUIESCED, INTENT_REBOOT);
	assert_int_equal(d.acts, 0);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_UNCOMMITTED);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
}

static void qemu_deaf_at_stop_is_not_reset_in_place(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_wait(&d, 1001);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void quit_ignored_becomes_sigterm_then_sigkill(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_quiesce(&d, INTENT_POWEROFF);
	drive_type(&d, EV_STATUS);
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_TERM);
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_KILL);
	drive_wait(&d, 60001);
	assert_true(d.acts & ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_MEMORY_HELD);
}

static void firmware_reset_continues_the_granted_one_twice(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_STATUS);
	for (int i = 0; i < 2; i++) {
		drive_type(&d, EV_RESET);
		assert_int_equal(d.acts, ACT_CONT);
		assert_int_equal(d.lc.boot, 2);
		drive_end(&d, END_RESET);
		drive_type(&d, EV_STOP);
		assert_int_equal(d.acts, ACT_RESET);
	}
	drive_type(&d, EV_RESET);
	drive_end(&d, END_RESET);
	drive_type(&d, EV_STOP);
	assert_int_equal(d.acts, ACT_PROBE);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_RESET_WITHOUT_INTENT);
}

static void firmware_reset_late_is_judged(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_STATUS);
	drive_type(&d, EV_RESET);
	d.now_us += 2000000;
	drive_end(&d, END_RESET);
	drive_type(&d, EV_STOP);
	assert_int_equal(d.acts, ACT_PROBE);
}

static void secure_guest_is_not_reset_twice_in_two_seconds(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	for (int i = 0; i < 2; i++) {
		d.lc.epoch.secure = 1;
		drive_quiesce(&d, INTENT_REBOOT);
		drive_type(&d, EV_STATUS);
		if (i == 1)
			break;
		assert_int_equal(d.acts, ACT_JUDGED | ACT_RESET);
		drive_type(&d, EV_RESET);
		drive_hello(&d);
		drive_say(&d, MSG_READY, INTENT_NONE);
	}
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void crash_loop_ends(void **state)
{
	struct drive d;
	int launches = 0;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	while (d.lc.state != LC_ENDED) {
		drive_exit(&d, 9);
		drive_type(&d, EV_MEMORY_BACK);
		launches += !!(d.acts & ACT_LAUNCH);
		drive_type(&d, EV_UP);
	}
	assert_int_equal(launches, 3); /* as many as crash_limit allows */
	assert_int_equal(d.lc.last.strategy, STRATEGY_STOP);
	assert_int_equal(d.lc.last.cause, CAUSE_QEMU_KILLED);
}

static void qemu_that_never_spoke_is_not_started_again(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_QMP_FAILED);
	drive_exit(&d, 1 << 8);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_REFUSED);
	drive_type(&d, EV_MEMORY_BACK);
	assert_true(d.acts & ACT_FINISH);
}

static void qemu_terminated_by_a_stranger_is_told_apart(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_end(&d, END_EXIT_SIGNAL);
	drive_type(&d, EV_QMP_FAILED);
	drive_exit(&d, 0);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_SIGNALLED);
}

static void memory_that_does_not_come_back_is_no_launch(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_exit(&d, 9);
	drive_wait(&d, 60001);
	assert_true(d.acts & ACT_FINISH);
	assert_false(d.acts & ACT_LAUNCH);
	assert_int_equal(d.lc.last.cause, CAUSE_MEMORY_HELD);
}

static void heartbeats_missed_is_silent_and_one_is_not(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wait(&d, 12501);
	assert_true(d.lc.epoch.silent);
	assert_int_equal(d.lc.state, LC_SERVING);
	drive_say(&d, MSG_HEARTBEAT, INTENT_NONE);
	assert_false(d.lc.epoch.silent);
}

static void frame_of_an_old_epoch_changes_nothing(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	d.epoch += 1000;
	drive_say(&d, MSG_INTENT, INTENT_POWEROFF);
	assert_int_equal(d.acts, 0);
	assert_int_equal(d.lc.state, LC_SERVING);
	assert_int_equal(d.lc.epoch.dropped, 1);
}

static void hello_of_another_epoch_while_serving_is_a_boot(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_hello(&d); /* kexec: QEMU tells nobody */
	assert_int_equal(d.acts, ACT_WELCOME);
	assert_int_equal(d.lc.epoch.id, d.epoch);
	assert_int_equal(d.lc.boot, 2);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.lc.state, LC_SERVING);
}

static void guest_that_never_stopped_is_not_reset(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.cfg.restart_poweroff = true;
	drive_serving(&d);
	drive_say(&d, MSG_INTENT, INTENT_POWEROFF);
	drive_say(&d, MSG_QUIESCED, INTENT_POWEROFF);
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void qemu_that_once_spoke_is_started_again(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_exit(&d, 9);
	drive_type(&d, EV_MEMORY_BACK);
	drive_exit(&d, 1 << 8);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_REFUSED);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_LAUNCH);
}

static void commit_lost_is_no_clean_end(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_say(&d, MSG_INTENT, INTENT_REBOOT);
	drive_say(&d, MSG_QUIESCED, INTENT_REBOOT);
	drive_type(&d, EV_COMMIT_LOST);
	drive_end(&d, END_RESET);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_UNCOMMITTED);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
}

static void stop_now_twice_does_not_wait(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	drive_wish(&d, WISH_STOP_NOW);
	assert_true(d.lc.deadline_us <= d.now_us + 15000000);
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_HOST_SHUTDOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_is_launch_run_welcome_ready),
		cmocka_unit_test(reboot_asked_clean_is_in_place),
		cmocka_unit_test(reboot_full_drains_before_it_launches),
		cmocka_unit_test(poweroff_of_the_guest_ends_with_code_0),
		cmocka_unit_test(poweroff_unseen_is_clean_all_the_same),
		cmocka_unit_test(stop_before_hello_is_kept_and_asked),
		cmocka_unit_test(stop_during_reset_never_boots_again),
		cmocka_unit_test(stop_while_draining_is_no_launch),
		cmocka_unit_test(stop_supersedes_a_reboot_that_waits),
		cmocka_unit_test(reboot_while_stopping_is_busy),
		cmocka_unit_test(refusal_by_policy_answers_and_serves_on),
		cmocka_unit_test(refusal_does_not_hold_up_the_host),
		cmocka_unit_test(reset_without_intent_relaunches),
		cmocka_unit_test(quiesced_read_at_stop_is_not_committed),
		cmocka_unit_test(qemu_deaf_at_stop_is_not_reset_in_place),
		cmocka_unit_test(quit_ignored_becomes_sigterm_then_sigkill),
		cmocka_unit_test(
			firmware_reset_continues_the_granted_one_twice),
		cmocka_unit_test(firmware_reset_late_is_judged),
		cmocka_unit_test(
			secure_guest_is_not_reset_twice_in_two_seconds),
		cmocka_unit_test(crash_loop_ends),
		cmocka_unit_test(qemu_that_never_spoke_is_not_started_again),
		cmocka_unit_test(qemu_terminated_by_a_stranger_is_told_apart),
		cmocka_unit_test(memory_that_does_not_come_back_is_no_launch),
		cmocka_unit_test(heartbeats_missed_is_silent_and_one_is_not),
		cmocka_unit_test(frame_of_an_old_epoch_changes_nothing),
		cmocka_unit_test(
			hello_of_another_epoch_while_serving_is_a_boot),
		cmocka_unit_test(guest_that_never_stopped_is_not_reset),
		cmocka_unit_test(qemu_that_once_spoke_is_started_again),
		cmocka_unit_test(commit_lost_is_no_clean_end),
		cmocka_unit_test(stop_now_twice_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
