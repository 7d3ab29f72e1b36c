// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_wish.c - what operators ask for, and when
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

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
	drive_judged(&d, INTENT_POWEROFF);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

static void stop_during_reset_never_boots_again(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_judged(&d, INTENT_REBOOT);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_RESET);
	drive_wish(&d, WISH_STOP);
	drive_type(&d, EV_RESET);
	assert_int_equal(d.acts, ACT_QUIT);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_true(d.acts & ACT_FINISH);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

static void stop_while_waiting_for_memory_is_no_launch(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_exit(&d, 9);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	drive_wish(&d, WISH_STOP);
	assert_int_equal(d.acts, ACT_GONE);
	assert_int_equal(d.lc.state, LC_DRAINING);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_QEMU_KILLED);
}

static void stop_supersedes_a_reboot_that_waits(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_wish(&d, WISH_REBOOT);
	drive_wish(&d, WISH_STOP);
	assert_true(d.acts & ACT_SUPERSEDED);
	assert_int_equal(d.lc.superseded, WISH_REBOOT);
	drive_judged(&d, INTENT_REBOOT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_STOP);
}

static void reboot_while_stopping_is_busy(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_wish(&d, WISH_STOP);
	drive_wish(&d, WISH_FULL);
	assert_int_equal(d.acts, ACT_ANSWER);
	assert_int_equal(d.lc.answered, WISH_FULL);
	assert_int_equal(d.lc.answer, ANSWER_BUSY);
	assert_int_equal(d.lc.wish, WISH_STOP);
}

static void refusal_by_policy_answers_and_serves_on(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_wish(&d, WISH_REBOOT);
	drive_say(&d, MSG_REFUSED, INTENT_NONE);
	assert_int_equal(d.acts, ACT_ANSWER);
	assert_int_equal(d.lc.answer, ANSWER_REFUSED);
	assert_int_equal(d.lc.state, LC_SERVING);
}

static void refusal_does_not_hold_up_the_host(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_wish(&d, WISH_SHUTDOWN);
	drive_say(&d, MSG_REFUSED, INTENT_NONE);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_HOST_SHUTDOWN);
}

static void shutdown_twice_does_not_wait(void **state)
{
	struct drive d = drive_to_booting();

	(void)state;
	drive_wish(&d, WISH_SHUTDOWN);
	assert_true(d.lc.deadline_us <= d.now_us + 15000000);
	drive_wish(&d, WISH_SHUTDOWN);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_HOST_SHUTDOWN);
}

/* Half of it for a HELLO, half for its button. */
static void shutdown_of_a_silent_guest_takes_one_grace(void **state)
{
	struct drive d = drive_to_booting();

	(void)state;
	drive_wish(&d, WISH_SHUTDOWN);
	drive_wait(&d, 7501);
	assert_int_equal(d.acts, ACT_POWERDOWN);
	drive_wait(&d, 7501);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_HOST_SHUTDOWN);
}

static void shutdown_before_the_boot_does_not_wait_for_all_of_it(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_wish(&d, WISH_SHUTDOWN);
	drive_type(&d, EV_UP);
	drive_wait(&d, 7501);
	assert_int_equal(d.acts, ACT_POWERDOWN);
}

static void stop_now_asks_nobody(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_OPERATOR);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.answered, WISH_STOP);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

static void stop_now_hastens_a_stop_that_waits(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_wish(&d, WISH_STOP);
	assert_int_equal(d.acts, ACT_REQUEST);
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
}

static void stop_now_does_not_wait_for_a_reset(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_judged(&d, INTENT_REBOOT);
	assert_int_equal(d.lc.state, LC_RESETTING);
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_QUIT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_STOP);
}

static void stop_now_before_qmp_is_sigterm(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_TERM);
}

/* A guest without our agent: its button is the only way to ask it. */
static void guest_without_an_agent_gets_its_button_pressed(void **state)
{
	struct drive d = drive_to_booting();

	(void)state;
	drive_wish(&d, WISH_STOP);
	assert_int_equal(d.acts, 0);
	drive_wait(&d, 60001);
	assert_int_equal(d.acts, ACT_POWERDOWN);
	assert_int_equal(d.lc.state, LC_POWERING);
	drive_end(&d, END_SHUTDOWN);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_POWERED_DOWN);
	assert_int_equal(d.lc.now.strategy, STRATEGY_STOP);
}

static void guest_deaf_to_its_button_is_ended(void **state)
{
	struct drive d = drive_to_booting();

	(void)state;
	drive_wish(&d, WISH_REBOOT);
	drive_wait(&d, 60001);
	assert_int_equal(d.acts, ACT_POWERDOWN);
	drive_wait(&d, 15001);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_BOOT_TIMEOUT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void guest_that_speaks_after_its_button_is_asked(void **state)
{
	struct drive d = drive_to_booting();

	(void)state;
	drive_wish(&d, WISH_STOP);
	drive_wait(&d, 60001);
	drive_hello(&d);
	assert_int_equal(d.acts, ACT_WELCOME | ACT_REQUEST);
	assert_int_equal(d.lc.boot, 1);
}

/* Ours is never asked that way, whatever it is slow with. */
static void guest_with_an_agent_never_gets_its_button_pressed(void **state)
{
	struct drive d = drive_to_booting();

	(void)state;
	drive_hello(&d);
	drive_wish(&d, WISH_STOP);
	assert_int_equal(d.acts, ACT_REQUEST);
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_AGENT_LOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stop_before_hello_is_kept_and_asked),
		cmocka_unit_test(stop_during_reset_never_boots_again),
		cmocka_unit_test(stop_while_waiting_for_memory_is_no_launch),
		cmocka_unit_test(stop_supersedes_a_reboot_that_waits),
		cmocka_unit_test(reboot_while_stopping_is_busy),
		cmocka_unit_test(refusal_by_policy_answers_and_serves_on),
		cmocka_unit_test(refusal_does_not_hold_up_the_host),
		cmocka_unit_test(shutdown_twice_does_not_wait),
		cmocka_unit_test(shutdown_of_a_silent_guest_takes_one_grace),
		cmocka_unit_test(
			shutdown_before_the_boot_does_not_wait_for_all_of_it),
		cmocka_unit_test(stop_now_asks_nobody),
		cmocka_unit_test(stop_now_hastens_a_stop_that_waits),
		cmocka_unit_test(stop_now_does_not_wait_for_a_reset),
		cmocka_unit_test(stop_now_before_qmp_is_sigterm),
		cmocka_unit_test(
			guest_without_an_agent_gets_its_button_pressed),
		cmocka_unit_test(guest_deaf_to_its_button_is_ended),
		cmocka_unit_test(guest_that_speaks_after_its_button_is_asked),
		cmocka_unit_test(
			guest_with_an_agent_never_gets_its_button_pressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
