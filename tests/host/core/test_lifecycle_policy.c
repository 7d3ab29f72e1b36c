// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_policy.c - failures: how often, how soon, and
 * kept how
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

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
		if (d.lc.state == LC_WAITING)
			drive_wait(&d, 4000);
		launches += !!(d.acts & ACT_LAUNCH);
		drive_type(&d, EV_UP);
	}
	assert_true(d.lc.last.failed);
	assert_int_equal(launches, 3); /* as many as crash_limit allows */
	assert_int_equal(d.lc.last.strategy, STRATEGY_STOP);
	assert_int_equal(d.lc.last.cause, CAUSE_QEMU_KILLED);
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

/* Fail once more, and have its memory back. Return: ms until the next start */
static uint64_t fail_again(struct drive *d)
{
	uint64_t wait_us;

	drive_exit(d, 9);
	if (d->lc.state == LC_ADMITTING) {
		drive_type(d, EV_MEMORY_BACK);
		assert_int_equal(d->acts, ACT_TELL_MEMORY | ACT_LAUNCH);
		return 0;
	}
	assert_true(d->acts & ACT_TELL_WAIT);
	assert_int_equal(d->lc.state, LC_WAITING);
	wait_us = d->lc.deadline_us - d->now_us;
	drive_type(d, EV_MEMORY_BACK);
	return wait_us / 1000;
}

static void wait_doubles_with_each_failure_in_a_row_up_to_its_most(void **state)
{
	static const uint64_t want_ms[] = { 0, 1000, 2000, 3000, 3000 };
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.cfg.crash_limit = 15;
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	for (size_t i = 0; i < 5; i++) {
		uint64_t ms = fail_again(&d);

		assert_int_equal(ms, want_ms[i]);
		drive_wait(&d, ms);
		if (ms)
			assert_int_equal(d.acts, ACT_LAUNCH);
		drive_type(&d, EV_UP);
	}
}

static void wait_is_forgotten_after_an_interval_of_service(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	assert_int_equal(fail_again(&d), 0);
	drive_type(&d, EV_UP);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	d.now_us += 300000000;
	assert_int_equal(fail_again(&d), 0);
	drive_type(&d, EV_UP);
	drive_hello(&d); /* it never serves: not forgotten */
	d.now_us += 300000000;
	assert_int_equal(fail_again(&d), 1000);
}

static void stop_while_waiting_ends_at_once(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	fail_again(&d);
	drive_type(&d, EV_UP);
	fail_again(&d);
	drive_wish(&d, WISH_STOP);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
	assert_int_equal(d.lc.last.cause, CAUSE_QEMU_KILLED);
	assert_false(d.lc.last.failed);
}

static void reboot_while_waiting_starts_at_once(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	fail_again(&d);
	drive_type(&d, EV_UP);
	fail_again(&d);
	drive_wish(&d, WISH_FULL);
	assert_int_equal(d.acts, ACT_LAUNCH);
	drive_type(&d, EV_UP);
	drive_hello(&d);
	assert_int_equal(d.acts, ACT_WELCOME); /* it is fulfilled already */
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_true(d.acts & ACT_ANSWER);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

/* In good order, but it failed: the second time it is not reset at once. */
static void payload_that_fails_twice_is_not_reset_in_place(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	for (int i = 0; i < 2; i++) {
		drive_say(&d, MSG_INTENT, INTENT_REBOOT);
		d.lc.epoch.icause = ICAUSE_OOM;
		drive_say(&d, MSG_QUIESCED, INTENT_REBOOT);
		drive_end(&d, END_RESET);
		drive_type(&d, EV_STOP);
		drive_type(&d, EV_STATUS);
		assert_int_equal(d.lc.now.cause, CAUSE_PAYLOAD_OOM);
		assert_int_equal(d.lc.now.strategy,
				 i ? STRATEGY_DRAIN_FIRST : STRATEGY_IN_PLACE);
		drive_type(&d, EV_RESET);
		drive_hello(&d);
		drive_say(&d, MSG_READY, INTENT_NONE);
	}
}

/* It powers off because it failed, so on-failure begins again. */
static void payload_that_gave_up_is_a_failure_though_it_powers_off(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_say(&d, MSG_INTENT, INTENT_POWEROFF);
	d.lc.epoch.icause = ICAUSE_GAVE_UP;
	drive_say(&d, MSG_QUIESCED, INTENT_POWEROFF);
	drive_end(&d, END_SHUTDOWN);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_PAYLOAD_GAVE_UP);
	assert_int_not_equal(d.lc.now.strategy, STRATEGY_STOP);
}

static void panic(struct drive *d, enum on_panic what)
{
	drive_init(d);
	d->lc.cfg.on_panic = what;
	drive_serving(d);
	drive_end(d, END_PANIC);
	drive_type(d, EV_STOP);
	drive_type(d, EV_STATUS);
	assert_int_equal(d->lc.now.cause, CAUSE_GUEST_PANIC);
}

static void panic_kept_waits_for_an_operator(void **state)
{
	static const struct {
		enum wish wish;
		enum strategy strategy;
	} rows[] = {
		{ WISH_REBOOT, STRATEGY_DRAIN_FIRST },
		{ WISH_IN_PLACE, STRATEGY_DRAIN_FIRST },
		{ WISH_FULL, STRATEGY_DRAIN_FIRST },
		{ WISH_STOP, STRATEGY_STOP },
		{ WISH_STOP_NOW, STRATEGY_STOP },
		{ WISH_SHUTDOWN, STRATEGY_STOP },
	};
	struct drive d;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		panic(&d, ON_PANIC_PAUSE);
		assert_int_equal(d.acts, ACT_JUDGED);
		assert_int_equal(d.lc.state, LC_PANICKED);
		assert_int_equal(d.lc.deadline_us, 0);
		drive_wish(&d, rows[i].wish);
		assert_int_equal(d.acts, ACT_QUIT);
		assert_int_equal(d.lc.now.strategy, rows[i].strategy);
		assert_int_equal(d.lc.now.cause, CAUSE_GUEST_PANIC);
	}
}

static void panic_kept_is_no_clean_end_in_a_plan(void **state)
{
	struct drive d;

	(void)state;
	panic(&d, ON_PANIC_PAUSE);
	assert_int_equal(lifecycle_prospect(&d.lc) & FACT_CLEAN, 0);
	assert_string_equal(planner_choose(lifecycle_prospect(&d.lc)).reason,
			    "the guest did not end cleanly");
}

static void panic_kept_whose_qemu_ends_is_judged_again(void **state)
{
	struct drive d;

	(void)state;
	panic(&d, ON_PANIC_PAUSE);
	drive_exit(&d, 9);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_KILLED);
	assert_int_equal(d.lc.state, LC_WAITING);
}

static void panic_while_a_reboot_waits_is_not_kept(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.cfg.on_panic = ON_PANIC_PAUSE;
	drive_serving(&d);
	drive_wish(&d, WISH_REBOOT);
	drive_end(&d, END_PANIC);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
}

static void panic_that_stops_is_no_crash_loop(void **state)
{
	struct drive d;

	(void)state;
	panic(&d, ON_PANIC_STOP);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_STOP);
	assert_false(d.lc.now.failed);
	panic(&d, ON_PANIC_RESTART);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void agent_silent_for_too_long_is_lost(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.cfg.silence_ms = 60000;
	drive_serving(&d);
	drive_wait(&d, 12501);
	assert_true(d.lc.epoch.silent);
	assert_int_equal(d.acts, 0);
	drive_say(&d, MSG_HEARTBEAT, INTENT_NONE);
	drive_wait(&d, 12501);
	drive_wait(&d, 47501);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_AGENT_LOST);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void guest_that_has_to_say_it_is_secure_is_ended_unless(void **state)
{
	enum { NO, YES, CANNOT_TELL };

	(void)state;
	for (uint8_t says = NO; says <= CANNOT_TELL; says++) {
		struct msg m = { .type = MSG_HELLO, .epoch = 77 };
		struct drive d;

		m.hello.secure = says;
		drive_init(&d);
		d.lc.cfg.secure_wanted = true;
		drive_type(&d, EV_START);
		drive_type(&d, EV_UP);
		drive_msg(&d, &m);
		if (says == YES) {
			assert_int_equal(d.acts, ACT_WELCOME);
			continue;
		}
		assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
		assert_int_equal(d.lc.now.cause, CAUSE_SECURE_BOOT_FAILED);
	}
}

static void
guest_of_another_image_is_warned_of_and_restarted_in_full(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	strcpy(d.lc.cfg.image, "web 2");
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	strcpy(d.image, "unknown"); /* made by other means */
	drive_hello(&d);
	assert_int_equal(d.acts, ACT_WELCOME);
	strcpy(d.image, "web 1");
	drive_hello(&d);
	assert_int_equal(d.acts, ACT_WELCOME | ACT_STRANGE);
	drive_say(&d, MSG_READY, INTENT_NONE);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crash_loop_ends),
		cmocka_unit_test(heartbeats_missed_is_silent_and_one_is_not),
		cmocka_unit_test(
			wait_doubles_with_each_failure_in_a_row_up_to_its_most),
		cmocka_unit_test(
			wait_is_forgotten_after_an_interval_of_service),
		cmocka_unit_test(stop_while_waiting_ends_at_once),
		cmocka_unit_test(reboot_while_waiting_starts_at_once),
		cmocka_unit_test(
			payload_that_fails_twice_is_not_reset_in_place),
		cmocka_unit_test(
			payload_that_gave_up_is_a_failure_though_it_powers_off),
		cmocka_unit_test(panic_kept_waits_for_an_operator),
		cmocka_unit_test(panic_kept_is_no_clean_end_in_a_plan),
		cmocka_unit_test(panic_kept_whose_qemu_ends_is_judged_again),
		cmocka_unit_test(panic_while_a_reboot_waits_is_not_kept),
		cmocka_unit_test(panic_that_stops_is_no_crash_loop),
		cmocka_unit_test(agent_silent_for_too_long_is_lost),
		cmocka_unit_test(
			guest_that_has_to_say_it_is_secure_is_ended_unless),
		cmocka_unit_test(
			guest_of_another_image_is_warned_of_and_restarted_in_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
