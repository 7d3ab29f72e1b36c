// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_qmp.c - QMP is lost, or QEMU refuses
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/host/core/lifecycle_drive.h"

static void resetting(struct drive *d)
{
	drive_init(d);
	drive_serving(d);
	drive_quiesce(d, INTENT_REBOOT);
	drive_type(d, EV_STATUS);
	assert_int_equal(d->lc.state, LC_RESETTING);
	assert_int_equal(d->lc.now.cause, CAUSE_CLEAN_REBOOT);
}

/* The guest had ended in order; QEMU's own end is another matter. */
static void qmp_lost_in_the_reset_waits_for_the_end_that_counts(void **state)
{
	static const struct {
		int status;
		enum cause cause;
	} cases[] = {
		{ SIGSEGV | 0x80, CAUSE_QEMU_CRASHED },
		{ SIGKILL, CAUSE_QEMU_KILLED },
		{ 1 << 8, CAUSE_QEMU_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drive d;

		resetting(&d);
		drive_type(&d, EV_QMP_LOST);
		assert_int_equal(d.acts, 0);
		assert_false(d.lc.qmp_ok);
		drive_exit(&d, cases[i].status);
		assert_int_equal(d.acts,
				 ACT_JUDGED | ACT_NUDGE | ACT_TELL_MEMORY);
		assert_int_equal(d.lc.now.cause, cases[i].cause);
		assert_int_equal(d.lc.failures, 1);
		drive_type(&d, EV_MEMORY_BACK);
		assert_int_equal(d.acts, ACT_TELL_MEMORY | ACT_LAUNCH);
	}
}

/* QMP's last words come before it closes. */
static void qemu_told_to_end_in_the_reset_is_told_apart(void **state)
{
	struct drive d;

	(void)state;
	resetting(&d);
	drive_end(&d, END_EXIT_SIGNAL);
	drive_type(&d, EV_QMP_LOST);
	drive_exit(&d, 0);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_SIGNALLED);
}

static void qmp_lost_in_the_reset_by_a_qemu_that_lives_is_sigterm(void **state)
{
	struct drive d;

	(void)state;
	resetting(&d);
	drive_type(&d, EV_QMP_LOST);
	drive_wait(&d, d.lc.cfg.exit_ms + 1);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_TERM);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_DEAF);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void qmp_lost_in_the_reset_keeps_a_stop(void **state)
{
	struct drive d;

	(void)state;
	resetting(&d);
	drive_wish(&d, WISH_STOP);
	drive_type(&d, EV_QMP_LOST);
	drive_exit(&d, SIGKILL);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_QEMU_KILLED);
}

/* Both commands of the reset may be refused; one refusal is enough. */
static void reset_refused_is_a_clean_reboot_by_a_full_one(void **state)
{
	struct drive d;

	(void)state;
	resetting(&d);
	drive_type(&d, EV_QMP_REFUSED);
	assert_int_equal(d.acts, ACT_QUIT);
	drive_type(&d, EV_QMP_REFUSED);
	assert_int_equal(d.acts, 0);
	assert_int_equal(d.lc.now.cause, CAUSE_CLEAN_REBOOT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
	assert_int_equal(d.lc.failures, 0);
}

static void status_refused_at_stop_is_not_healthy(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_QMP_REFUSED);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_CLEAN_REBOOT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

/* It speaks QMP: it can be told to quit. */
static void cont_refused_ends_qemu_by_quit(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	assert_int_equal(d.acts, ACT_RUN);
	drive_type(&d, EV_QMP_REFUSED);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_DEAF);
	assert_non_null(strstr(d.lc.now.evidence, "refused"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			qmp_lost_in_the_reset_waits_for_the_end_that_counts),
		cmocka_unit_test(qemu_told_to_end_in_the_reset_is_told_apart),
		cmocka_unit_test(
			qmp_lost_in_the_reset_by_a_qemu_that_lives_is_sigterm),
		cmocka_unit_test(qmp_lost_in_the_reset_keeps_a_stop),
		cmocka_unit_test(reset_refused_is_a_clean_reboot_by_a_full_one),
		cmocka_unit_test(status_refused_at_stop_is_not_healthy),
		cmocka_unit_test(cont_refused_ends_qemu_by_quit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
