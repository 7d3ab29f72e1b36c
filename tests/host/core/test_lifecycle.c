// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle.c - the ways through the life of an appliance
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/array.h"
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
	assert_int_equal(d.acts, ACT_NUDGE | ACT_TELL_MEMORY);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_TELL_MEMORY | ACT_LAUNCH);
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

/* Its proof is what counts; one that is not clean is waited for. */
static void poweroff_that_cannot_be_seen_is_not_waited_for(void **state)
{
	static const struct {
		enum intent intent;
		uint32_t mounts, acts;
	} cases[] = {
		{ INTENT_POWEROFF, 0, ACT_JUDGED | ACT_QUIT },
		{ INTENT_POWEROFF, 1, 0 },
		{ INTENT_REBOOT, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drive d = drive_to_serving();
		struct msg m = { .type = MSG_QUIESCED, .epoch = d.epoch };

		d.lc.cfg.poweroff_unseen = true;
		drive_say(&d, MSG_INTENT, cases[i].intent);
		m.quiesced.intent = (uint8_t)cases[i].intent;
		m.quiesced.proof.rw_mounts = cases[i].mounts;
		drive_msg(&d, &m);
		assert_int_equal(d.acts, ACT_COMMIT);
		drive_wait(&d, 101);
		assert_int_equal(d.acts, cases[i].acts);
		drive_wait(&d, 5000);
		assert_int_equal(d.lc.now.cause,
				 i ? CAUSE_GUEST_HANG : CAUSE_CLEAN_POWEROFF);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_is_launch_run_welcome_ready),
		cmocka_unit_test(reboot_asked_clean_is_in_place),
		cmocka_unit_test(reboot_full_drains_before_it_launches),
		cmocka_unit_test(poweroff_of_the_guest_ends_with_code_0),
		cmocka_unit_test(poweroff_unseen_is_clean_all_the_same),
		cmocka_unit_test(
			poweroff_that_cannot_be_seen_is_not_waited_for),
		cmocka_unit_test(reset_without_intent_relaunches),
		cmocka_unit_test(quiesced_read_at_stop_is_not_committed),
		cmocka_unit_test(frame_of_an_old_epoch_changes_nothing),
		cmocka_unit_test(
			hello_of_another_epoch_while_serving_is_a_boot),
		cmocka_unit_test(guest_that_never_stopped_is_not_reset),
		cmocka_unit_test(commit_lost_is_no_clean_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
