// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_adopt.c - a shim after one that has died: its
 * guest runs, or stands in the gate
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

static void adopt_serving_goes_on_serving(void **state)
{
	struct drive d;
	uint64_t epoch;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	epoch = d.lc.epoch.id;
	drive_crash(&d, true);
	drive_found(&d, VM_RUNNING);
	assert_int_equal(d.acts, ACT_ASK | ACT_READY);
	assert_int_equal(d.lc.state, LC_SERVING);
	assert_int_equal(d.lc.epoch.id, epoch);
	assert_int_equal(d.lc.generation, 1);
	assert_int_equal(d.lc.boot, 1);
	drive_hello_again(&d, GPHASE_SERVING, INTENT_NONE);
	assert_int_equal(d.acts, ACT_WELCOME);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.acts, 0);
	drive_judged(&d, INTENT_REBOOT);
	assert_int_equal(d.lc.state, LC_RESETTING);
}

/* The helper of generation 1 drains yet; the guest of 2 serves. */
static void adopt_beside_a_drain_hears_when_it_is_over(void **state)
{
	const struct lc_left left = { .qemu = true, .draining = true };
	struct drive d = drive_to_serving();

	(void)state;
	drive_adopt(&d, &left);
	assert_true(d.lc.memory_out);
	drive_type(&d, EV_MEMORY_BACK);
	assert_false(d.lc.memory_out);
}

static void adopt_without_a_record_asks_the_guest(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_crash(&d, false);
	drive_found(&d, VM_RUNNING);
	assert_int_equal(d.acts, ACT_ASK);
	assert_int_equal(d.lc.state, LC_BOOTING);
	drive_hello_again(&d, GPHASE_SERVING, INTENT_NONE);
	assert_int_equal(d.acts, ACT_WELCOME);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_true(d.acts & ACT_READY);
	assert_int_equal(d.lc.state, LC_SERVING);
	/* nobody knows what it booted: never in place */
	drive_judged(&d, INTENT_REBOOT);
	assert_int_equal(d.lc.now.cause, CAUSE_CLEAN_REBOOT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void adopt_asking_asks_again_and_settles(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_FULL);
	assert_int_equal(d.lc.state, LC_ASKING);
	drive_crash(&d, true);
	drive_found(&d, VM_RUNNING);
	assert_int_equal(d.acts, ACT_ASK | ACT_READY | ACT_REQUEST);
	assert_int_equal(d.lc.state, LC_ASKING);
	drive_judged(&d, INTENT_REBOOT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	drive_type(&d, EV_UP);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_true(d.acts & ACT_ANSWER);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
	assert_int_equal(d.lc.answered, WISH_FULL);
}

/* With a record or without: what the guest says is enough. */
static void adopt_quiescing_goes_on_to_the_commit(void **state)
{
	(void)state;
	for (int recorded = 0; recorded < 2; recorded++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_say(&d, MSG_INTENT, INTENT_REBOOT);
		drive_crash(&d, recorded);
		drive_found(&d, VM_RUNNING);
		drive_hello_again(&d, GPHASE_QUIESCING, INTENT_REBOOT);
		assert_true(d.acts & ACT_WELCOME);
		assert_int_equal(d.lc.state, LC_QUIESCING);
		drive_say(&d, MSG_QUIESCED, INTENT_REBOOT);
		assert_int_equal(d.acts, ACT_COMMIT);
		drive_end(&d, END_RESET);
		drive_type(&d, EV_STOP);
		drive_type(&d, EV_STATUS);
		assert_int_equal(d.lc.now.cause, CAUSE_CLEAN_REBOOT);
		assert_int_equal(d.lc.now.strategy,
				 recorded ? STRATEGY_IN_PLACE
					  : STRATEGY_DRAIN_FIRST);
	}
}

static void adopt_ending_without_a_record_is_uncommitted(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_crash(&d, false);
	drive_found(&d, VM_RUNNING);
	drive_hello_again(&d, GPHASE_ENDING, INTENT_REBOOT);
	assert_int_equal(d.lc.state, LC_ENDING);
	drive_end(&d, END_RESET);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_UNCOMMITTED);
}

static void adopt_in_the_gate_needs_record_and_log(void **state)
{
	static const struct {
		bool recorded, logged;
		enum cause cause;
		enum strategy strategy;
	} cases[] = {
		{ true, true, CAUSE_CLEAN_REBOOT, STRATEGY_IN_PLACE },
		{ true, false, CAUSE_UNOBSERVED, STRATEGY_DRAIN_FIRST },
		{ false, true, CAUSE_RESET_WITHOUT_INTENT,
		  STRATEGY_DRAIN_FIRST },
		{ false, false, CAUSE_UNOBSERVED, STRATEGY_DRAIN_FIRST },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_quiesce(&d, INTENT_REBOOT);
		assert_int_equal(d.lc.state, LC_JUDGING);
		drive_crash(&d, cases[i].recorded);
		if (cases[i].logged)
			drive_end(&d, END_RESET);
		drive_found(&d, VM_STOPPED);
		assert_int_equal(d.lc.now.cause, cases[i].cause);
		assert_int_equal(d.lc.now.strategy, cases[i].strategy);
	}
}

static void adopt_unobserved_gate_says_what_is_missing(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_crash(&d, true);
	drive_found(&d, VM_STOPPED);
	assert_int_equal(d.lc.now.cause, CAUSE_UNOBSERVED);
	assert_non_null(strstr(d.lc.now.evidence, "QEMU's last events"));
	assert_non_null(strstr(d.lc.now.evidence, "the agent's last words"));
	assert_null(strstr(d.lc.now.evidence, "exit status"));
}

static void adopt_resetting_continues_what_has_reset(void **state)
{
	static const enum vm_found vms[] = { VM_READY_TO_RUN, VM_RUNNING };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vms); i++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_wish(&d, WISH_REBOOT);
		drive_judged(&d, INTENT_REBOOT);
		assert_int_equal(d.lc.state, LC_RESETTING);
		drive_crash(&d, true);
		drive_found(&d, vms[i]);
		assert_int_equal(d.acts,
				 vms[i] == VM_RUNNING ? ACT_ASK : ACT_CONT);
		assert_int_equal(d.lc.state, LC_BOOTING);
		assert_int_equal(d.lc.boot, 2);
		drive_hello(&d);
		drive_say(&d, MSG_READY, INTENT_NONE);
		assert_true(d.acts & ACT_ANSWER);
		assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_REBOOT);
		assert_int_equal(d.lc.last.strategy, STRATEGY_IN_PLACE);
	}
}

static void adopt_launching_runs_it(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_crash(&d, true);
	drive_found(&d, VM_READY_TO_RUN);
	assert_int_equal(d.acts, ACT_RUN);
	assert_int_equal(d.lc.boot, 1);
	assert_int_equal(d.lc.generation, 1);
}

static void adopt_booting_whose_cont_was_lost_is_the_same_boot(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	assert_int_equal(d.lc.state, LC_BOOTING);
	drive_crash(&d, true);
	drive_found(&d, VM_READY_TO_RUN);
	assert_int_equal(d.acts, ACT_RUN);
	assert_int_equal(d.lc.boot, 1);
}

/* Nobody wrote that: a record is not the truth. */
static void adopt_booting_that_never_booted_is_the_first_boot(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	d.lc.boot = 0;
	drive_crash(&d, true);
	drive_found(&d, VM_READY_TO_RUN);
	assert_int_equal(d.lc.boot, 1);
}

/* What it served under the last shim counts: the row of failures is over. */
static void adopt_serving_has_served_since_it_was_ready(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	d.lc.failures = 2;
	d.now_us += d.lc.cfg.crash_window_ms * 1000ULL;
	drive_crash(&d, true);
	drive_found(&d, VM_RUNNING);
	drive_exit(&d, 9);
	assert_int_equal(d.lc.failures, 1);
}

static void adopt_then_stop_now_does_not_wait_for_the_guest(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_crash(&d, true);
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_OPERATOR);
}

/* Who was asked for it is not known any more, but that it was. */
static void adopt_without_a_record_infers_the_operator(void **state)
{
	struct msg m = { .type = MSG_INTENT };
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_crash(&d, false);
	d.lc.cfg.restart_poweroff = true;
	drive_found(&d, VM_RUNNING);
	drive_hello_again(&d, GPHASE_WAITING, INTENT_POWEROFF);
	m.epoch = d.epoch;
	m.intent.intent = INTENT_POWEROFF;
	m.intent.cause = ICAUSE_OPERATOR;
	drive_msg(&d, &m);
	assert_int_equal(d.acts, ACT_GRANT);
	assert_int_equal(d.lc.wish, WISH_STOP);
}

static void save_then_adopt_then_save_is_the_same(void **state)
{
	struct lc_saved again;
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_REBOOT);
	drive_crash(&d, true);
	lifecycle_save(&d.lc, &again);
	assert_memory_equal(&again, &d.saved, sizeof(again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adopt_serving_goes_on_serving),
		cmocka_unit_test(adopt_beside_a_drain_hears_when_it_is_over),
		cmocka_unit_test(adopt_without_a_record_asks_the_guest),
		cmocka_unit_test(adopt_asking_asks_again_and_settles),
		cmocka_unit_test(adopt_quiescing_goes_on_to_the_commit),
		cmocka_unit_test(adopt_ending_without_a_record_is_uncommitted),
		cmocka_unit_test(adopt_in_the_gate_needs_record_and_log),
		cmocka_unit_test(adopt_unobserved_gate_says_what_is_missing),
		cmocka_unit_test(adopt_resetting_continues_what_has_reset),
		cmocka_unit_test(adopt_launching_runs_it),
		cmocka_unit_test(
			adopt_booting_whose_cont_was_lost_is_the_same_boot),
		cmocka_unit_test(
			adopt_booting_that_never_booted_is_the_first_boot),
		cmocka_unit_test(adopt_serving_has_served_since_it_was_ready),
		cmocka_unit_test(
			adopt_then_stop_now_does_not_wait_for_the_guest),
		cmocka_unit_test(adopt_without_a_record_infers_the_operator),
		cmocka_unit_test(save_then_adopt_then_save_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
