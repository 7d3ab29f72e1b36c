// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_adopt.c - a shim after one that has died
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

static struct lc_saved saved;

/* The shim dies; another one finds QEMU, and the record if there is one. */
static void adopt(struct drive *d, bool recorded)
{
	const struct lc_left left = {
		.saved = recorded ? &saved : NULL,
		.qemu = true,
		.same_image = recorded,
	};

	lifecycle_save(&d->lc, &saved);
	drive_adopt(d, &left);
	assert_int_equal(d->acts, ACT_CONNECT);
	assert_int_equal(d->lc.state, LC_ADOPTING);
	drive_type(d, EV_UP);
	assert_int_equal(d->acts, ACT_CLAIM);
}

/* Nothing but the helper, or not even that. */
static void adopt_remains(struct drive *d, bool memory)
{
	const struct lc_left left = { .saved = &saved, .memory = memory };

	lifecycle_save(&d->lc, &saved);
	drive_adopt(d, &left);
}

static void say_hello(struct drive *d, enum guest_phase phase,
		      enum intent intent)
{
	struct msg m = { .type = MSG_HELLO, .epoch = d->epoch };

	m.hello.phase = (uint8_t)phase;
	m.hello.intent = (uint8_t)intent;
	drive_msg(d, &m);
}

/* Begin, serve, and be reset in place without the shim seeing another. */
static void reboot_in_place(struct drive *d, enum intent intent)
{
	drive_quiesce(d, intent);
	drive_type(d, EV_STATUS);
}

static void adopt_serving_goes_on_serving(void **state)
{
	struct drive d;
	uint64_t epoch;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	epoch = d.lc.epoch.id;
	adopt(&d, true);
	drive_found(&d, VM_RUNNING);
	assert_int_equal(d.acts, ACT_ASK | ACT_READY);
	assert_int_equal(d.lc.state, LC_SERVING);
	assert_int_equal(d.lc.epoch.id, epoch);
	assert_int_equal(d.lc.generation, 1);
	assert_int_equal(d.lc.boot, 1);
	say_hello(&d, GPHASE_SERVING, INTENT_NONE);
	assert_int_equal(d.acts, ACT_WELCOME);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.acts, 0);
	reboot_in_place(&d, INTENT_REBOOT);
	assert_int_equal(d.lc.state, LC_RESETTING);
}

static void adopt_without_a_record_asks_the_guest(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	adopt(&d, false);
	drive_found(&d, VM_RUNNING);
	assert_int_equal(d.acts, ACT_ASK);
	assert_int_equal(d.lc.state, LC_BOOTING);
	say_hello(&d, GPHASE_SERVING, INTENT_NONE);
	assert_int_equal(d.acts, ACT_WELCOME);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_true(d.acts & ACT_READY);
	assert_int_equal(d.lc.state, LC_SERVING);
	/* nobody knows what it booted: never in place */
	reboot_in_place(&d, INTENT_REBOOT);
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
	adopt(&d, true);
	drive_found(&d, VM_RUNNING);
	assert_int_equal(d.acts, ACT_ASK | ACT_READY | ACT_REQUEST);
	assert_int_equal(d.lc.state, LC_ASKING);
	reboot_in_place(&d, INTENT_REBOOT);
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
		adopt(&d, recorded);
		drive_found(&d, VM_RUNNING);
		say_hello(&d, GPHASE_QUIESCING, INTENT_REBOOT);
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
	adopt(&d, false);
	drive_found(&d, VM_RUNNING);
	say_hello(&d, GPHASE_ENDING, INTENT_REBOOT);
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
		adopt(&d, cases[i].recorded);
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
	adopt(&d, true);
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
		reboot_in_place(&d, INTENT_REBOOT);
		assert_int_equal(d.lc.state, LC_RESETTING);
		adopt(&d, true);
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
	adopt(&d, true);
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
	adopt(&d, true);
	drive_found(&d, VM_READY_TO_RUN);
	assert_int_equal(d.acts, ACT_RUN);
	assert_int_equal(d.lc.boot, 1);
}

static void adopt_quitting_quits_again_as_decided(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_STOP);
	reboot_in_place(&d, INTENT_POWEROFF);
	assert_int_equal(d.lc.state, LC_QUITTING);
	adopt(&d, true);
	drive_found(&d, VM_STOPPED);
	assert_int_equal(d.acts, ACT_QUIT);
	drive_exit(&d, -1);
	assert_int_equal(d.acts, ACT_NUDGE);
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
		reboot_in_place(&d, INTENT_POWEROFF);
		assert_int_equal(d.lc.state, LC_QUITTING);
		adopt(&d, true);
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
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_FULL);
	reboot_in_place(&d, INTENT_REBOOT);
	adopt(&d, true);
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_ANSWER);
	assert_int_equal(d.lc.answer, ANSWER_SUPERSEDED);
	drive_found(&d, VM_STOPPED);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_REBOOT);
}

static void adopt_then_stop_now_does_not_wait_for_the_guest(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	adopt(&d, true);
	drive_wish(&d, WISH_STOP_NOW);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_OPERATOR);
}

static void adopt_draining_waits_for_the_memory(void **state)
{
	static const struct {
		enum wish wish;
		enum intent intent;
		uint32_t then;
	} cases[] = {
		{ WISH_STOP, INTENT_POWEROFF, ACT_FINISH },
		{ WISH_FULL, INTENT_REBOOT, ACT_LAUNCH },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_wish(&d, cases[i].wish);
		reboot_in_place(&d, cases[i].intent);
		drive_exit(&d, 0);
		assert_int_equal(d.lc.state, LC_DRAINING);
		adopt_remains(&d, true);
		assert_int_equal(d.acts, ACT_NUDGE);
		assert_int_equal(d.lc.state, LC_DRAINING);
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
		adopt_remains(&d, memory);
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
	adopt_remains(&d, false);
	assert_int_equal(d.acts, ACT_LAUNCH);
	assert_int_equal(d.lc.failures, 3);
}

/* Who types `run` wants it to run, even if the last thing was a stop. */
static void adopt_nothing_of_a_stop_is_a_plain_start(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_STOP);
	reboot_in_place(&d, INTENT_POWEROFF);
	drive_exit(&d, 0);
	adopt_remains(&d, false);
	assert_int_equal(d.acts, ACT_LAUNCH);
	assert_int_equal(d.lc.wish, WISH_NONE);
}

static void adopt_then_exit_unseen_is_unobserved(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	adopt(&d, true);
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
	adopt(&d, true);
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

/* Who was asked for it is not known any more, but that it was. */
static void adopt_without_a_record_infers_the_operator(void **state)
{
	struct msg m = { .type = MSG_INTENT };
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	adopt(&d, false);
	d.lc.cfg.restart_poweroff = true;
	drive_found(&d, VM_RUNNING);
	say_hello(&d, GPHASE_WAITING, INTENT_POWEROFF);
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
	adopt(&d, true);
	lifecycle_save(&d.lc, &again);
	assert_memory_equal(&again, &saved, sizeof(again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adopt_serving_goes_on_serving),
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
		cmocka_unit_test(adopt_quitting_quits_again_as_decided),
		cmocka_unit_test(adopt_quitting_without_qmp_ends_as_decided),
		cmocka_unit_test(adopt_quitting_then_stop_is_no_launch),
		cmocka_unit_test(
			adopt_then_stop_now_does_not_wait_for_the_guest),
		cmocka_unit_test(adopt_draining_waits_for_the_memory),
		cmocka_unit_test(
			adopt_nothing_of_a_guest_is_unobserved_and_starts),
		cmocka_unit_test(
			adopt_nothing_of_one_that_waited_is_a_plain_start),
		cmocka_unit_test(adopt_nothing_of_a_stop_is_a_plain_start),
		cmocka_unit_test(adopt_then_exit_unseen_is_unobserved),
		cmocka_unit_test(adopt_then_told_to_end_needs_no_status),
		cmocka_unit_test(adopt_a_deaf_qemu_is_ended),
		cmocka_unit_test(adopt_without_a_record_infers_the_operator),
		cmocka_unit_test(save_then_adopt_then_save_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
