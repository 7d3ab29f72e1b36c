// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_secure.c - a secure guest's ways of its own
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/adopt.h"
#include "tests/host/core/lifecycle_drive.h"

static void pv_failed(struct drive *d, enum pv_command command, int error)
{
	const struct lc_event ev = { .type = EV_PV_FAILED,
				     .pv = { true, command, 0, 0, error } };

	assert_int_equal(lifecycle_step(&d->lc, &ev, d->now_us), 0);
}

/* What fails after it is what QEMU does about it. */
static void first_pv_command_that_failed_is_the_cause(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	pv_failed(&d, PV_ENABLE, -ENOMEM);
	pv_failed(&d, PV_VERIFY, -EINVAL);
	drive_end(&d, END_PANIC);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_UV_MEMORY);
}

/* PERFORM may fail before RESET is told. */
static void perform_that_failed_is_why_qemu_exited(void **state)
{
	(void)state;
	for (int before = 0; before < 2; before++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_quiesce(&d, INTENT_REBOOT);
		drive_type(&d, EV_STATUS);
		pv_failed(&d, PV_PREPARE, -EINVAL);
		if (before)
			pv_failed(&d, PV_PERFORM, -EIO);
		drive_type(&d, EV_RESET);
		if (!before)
			pv_failed(&d, PV_PERFORM, -EIO);
		drive_type(&d, EV_QMP_LOST);
		drive_exit(&d, 1 << 8);
		assert_int_equal(d.lc.now.cause, CAUSE_PV_FAILED);
	}
}

static void pv_command_that_failed_is_forgotten_with_its_boot(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	pv_failed(&d, PV_PERFORM, -EIO);
	drive_exit(&d, 1 << 8);
	assert_int_equal(d.lc.now.cause, CAUSE_PV_FAILED);
	drive_type(&d, EV_MEMORY_BACK);
	drive_type(&d, EV_UP);
	drive_exit(&d, 1 << 8);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_FAILED);
}

/* A secure guest's first reset in place, whose thread has not begun. */
static void reset_once(struct drive *d)
{
	drive_init(d);
	d->secure = true;
	drive_serving(d);
	drive_quiesce(d, INTENT_REBOOT);
	drive_type(d, EV_STATUS);
	assert_int_equal(d->acts, ACT_JUDGED | ACT_RESET);
	drive_type(d, EV_RESET);
	assert_true(d->acts & ACT_CONT);
	drive_hello(d);
	drive_say(d, MSG_READY, INTENT_NONE);
}

static void quiesce_again(struct drive *d)
{
	drive_quiesce(d, INTENT_REBOOT);
	drive_type(d, EV_STATUS);
}

static void second_reset_is_held_back_until_perform_has_begun(void **state)
{
	struct drive d;

	(void)state;
	reset_once(&d);
	d.sight.thread = 77;
	quiesce_again(&d);
	assert_int_equal(d.acts, 0);
	assert_int_equal(d.lc.state, LC_HOLDING);
	drive_wait(&d, 20);
	assert_int_equal(d.lc.state, LC_HOLDING);
	d.sight.cpu_us = 10000;
	drive_wait(&d, 20);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_RESET);
	assert_int_equal(d.lc.now.strategy, STRATEGY_IN_PLACE);
	assert_int_equal(d.lc.now.cause, CAUSE_CLEAN_REBOOT);
}

static void reset_after_perform_has_begun_is_not_held_back(void **state)
{
	struct drive d;

	(void)state;
	reset_once(&d);
	d.sight = (struct cleanup_sight){ 77, 10000 };
	drive_wait(&d, 5);
	assert_int_equal(d.acts, ACT_TELL_RESET);
	assert_int_equal(d.lc.cleanup.kind, CLEANUP_ASYNC);
	quiesce_again(&d);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_RESET);
}

static void reset_whose_thread_nobody_saw_waits_two_seconds(void **state)
{
	struct drive d;
	uint64_t reset_us;

	(void)state;
	reset_once(&d);
	reset_us = d.lc.cont_us;
	quiesce_again(&d);
	while (d.lc.state == LC_HOLDING)
		drive_wait(&d, 20);
	assert_true(d.acts & ACT_RESET);
	assert_in_range(d.now_us - reset_us, 2000000, 2100000);
}

/* A shim that was not run itself: PERFORM has begun since. */
static void shim_that_is_late_looks_before_it_gives_up(void **state)
{
	struct drive d;

	(void)state;
	reset_once(&d);
	d.sight.thread = 77;
	quiesce_again(&d);
	assert_int_equal(d.lc.state, LC_HOLDING);
	drive_wait(&d, 20);
	d.sight.cpu_us = 10000;
	drive_wait(&d, 5000);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_RESET);
	assert_int_equal(d.lc.now.strategy, STRATEGY_IN_PLACE);
}

/* A starved thread: a reset now would end QEMU. */
static void perform_that_never_begins_makes_it_a_full_restart(void **state)
{
	struct drive d;

	(void)state;
	reset_once(&d);
	d.sight.thread = 77;
	quiesce_again(&d);
	for (int i = 0; i < 200 && d.lc.state == LC_HOLDING; i++)
		drive_wait(&d, 20);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void wish_while_held_back_is_had_at_once(void **state)
{
	static const struct {
		enum wish wish;
		enum strategy strategy;
	} rows[] = {
		{ WISH_FULL, STRATEGY_DRAIN_FIRST },
		{ WISH_STOP, STRATEGY_STOP },
		{ WISH_STOP_NOW, STRATEGY_STOP },
		{ WISH_SHUTDOWN, STRATEGY_STOP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct drive d;

		reset_once(&d);
		quiesce_again(&d);
		assert_int_equal(d.lc.state, LC_HOLDING);
		drive_wish(&d, rows[i].wish);
		assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
		assert_int_equal(d.lc.now.strategy, rows[i].strategy);
	}
}

static void qemu_that_ends_while_held_back_is_judged(void **state)
{
	struct drive d;

	(void)state;
	reset_once(&d);
	quiesce_again(&d);
	drive_exit(&d, 9);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_KILLED);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	assert_int_equal(d.lc.cleanup.look_us, 0);
}

static void reset_that_is_known_to_wait_is_told_and_not_held_back(void **state)
{
	(void)state;
	for (int refused = 0; refused < 2; refused++) {
		struct drive d;

		drive_init(&d);
		d.secure = true;
		d.lc.cfg.reset_waits = !refused;
		drive_serving(&d);
		quiesce_again(&d);
		if (refused)
			pv_failed(&d, PV_PREPARE, -EIO);
		drive_type(&d, EV_RESET);
		assert_true(d.acts & ACT_TELL_RESET);
		assert_int_equal(d.lc.cleanup.kind, CLEANUP_SYNC);
		drive_hello(&d);
		drive_say(&d, MSG_READY, INTENT_NONE);
		quiesce_again(&d);
		assert_int_equal(d.acts, ACT_JUDGED | ACT_RESET);
	}
}

/* It cannot tell: where nothing is secure, it is not. */
static void guest_that_cannot_tell_is_secure_where_it_could_be(void **state)
{
	(void)state;
	for (int could = 0; could < 2; could++) {
		struct drive d;

		drive_init(&d);
		d.lc.cfg.could_be_secure = could;
		drive_serving(&d);
		d.lc.epoch.secure = 2;
		quiesce_again(&d);
		drive_type(&d, EV_RESET);
		assert_int_equal(d.lc.cleanup.kind,
				 could ? CLEANUP_WATCHED : CLEANUP_NONE);
	}
}

/* The next shim does not know whether PERFORM has begun. */
static void adopted_guest_is_held_back_by_the_record(void **state)
{
	struct lc_saved saved;
	const struct lc_left left = { .saved = &saved,
				      .qemu = true,
				      .same_image = true };
	struct drive d;
	uint32_t tries;

	(void)state;
	reset_once(&d);
	lifecycle_save(&d.lc, &saved);
	drive_adopt(&d, &left);
	drive_type(&d, EV_UP);
	drive_found(&d, VM_RUNNING);
	quiesce_again(&d);
	assert_int_equal(d.lc.state, LC_HOLDING);
	tries = d.lc.wish_tries;
	lifecycle_save(&d.lc, &saved);
	drive_adopt(&d, &left);
	drive_type(&d, EV_UP);
	drive_end(&d, END_RESET);
	drive_found(&d, VM_STOPPED);
	assert_int_equal(d.lc.state, LC_HOLDING);
	assert_int_equal(d.lc.wish_tries, tries); /* one end, judged once */
	while (d.lc.state == LC_HOLDING)
		drive_wait(&d, 20);
	assert_true(d.acts & ACT_RESET);
}

/* After the looks that were due an idle shim is woken by heartbeats alone. */
static void looks_after_a_reset_come_to_an_end(void **state)
{
	struct drive d;

	(void)state;
	reset_once(&d);
	d.sight.thread = 77;
	for (int i = 0; i < 6; i++)
		drive_wait(&d, 1300);
	drive_say(&d, MSG_HEARTBEAT, INTENT_NONE);
	assert_int_equal(lifecycle_deadline(&d.lc), d.lc.deadline_us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_pv_command_that_failed_is_the_cause),
		cmocka_unit_test(perform_that_failed_is_why_qemu_exited),
		cmocka_unit_test(
			pv_command_that_failed_is_forgotten_with_its_boot),
		cmocka_unit_test(
			second_reset_is_held_back_until_perform_has_begun),
		cmocka_unit_test(
			reset_after_perform_has_begun_is_not_held_back),
		cmocka_unit_test(
			reset_whose_thread_nobody_saw_waits_two_seconds),
		cmocka_unit_test(shim_that_is_late_looks_before_it_gives_up),
		cmocka_unit_test(
			perform_that_never_begins_makes_it_a_full_restart),
		cmocka_unit_test(wish_while_held_back_is_had_at_once),
		cmocka_unit_test(qemu_that_ends_while_held_back_is_judged),
		cmocka_unit_test(
			reset_that_is_known_to_wait_is_told_and_not_held_back),
		cmocka_unit_test(
			guest_that_cannot_tell_is_secure_where_it_could_be),
		cmocka_unit_test(adopted_guest_is_held_back_by_the_record),
		cmocka_unit_test(looks_after_a_reset_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
