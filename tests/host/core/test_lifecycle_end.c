// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_end.c - how a generation, or an epoch, ends
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

static void qemu_deaf_at_stop_is_not_reset_in_place(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_quiesce(&d, INTENT_REBOOT);
	drive_wait(&d, d.lc.cfg.exit_ms - 1);
	assert_int_equal(d.lc.state, LC_JUDGING); /* on a busy host it may be */
	drive_wait(&d, 2);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_QUIT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

static void quit_ignored_becomes_sigterm_then_sigkill(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_judged(&d, INTENT_POWEROFF);
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_TERM);
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_KILL);
	drive_wait(&d, 60001);
	assert_true(d.acts & ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_MEMORY_HELD);
}

static void qemu_that_never_spoke_is_not_started_again(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_QMP_LOST);
	drive_exit(&d, 1 << 8);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_REFUSED);
	drive_type(&d, EV_MEMORY_BACK);
	assert_true(d.acts & ACT_FINISH);
}

static void qemu_terminated_by_a_stranger_is_told_apart(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_end(&d, END_EXIT_SIGNAL);
	drive_type(&d, EV_QMP_LOST);
	drive_exit(&d, 0);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_SIGNALLED);
}

static void qemu_that_crashes_as_it_ends_was_told_to_end(void **state)
{
	static const struct {
		enum vm_end end;
		int status;
		enum cause cause;
	} cases[] = {
		{ END_EXIT_SIGNAL, SIGSEGV | 0x80, CAUSE_QEMU_SIGNALLED },
		{ END_EXIT_QUIT, SIGABRT, CAUSE_QEMU_QUIT },
		{ END_EXIT_SIGNAL, SIGKILL, CAUSE_QEMU_KILLED },
		{ END_RESET, SIGSEGV, CAUSE_QEMU_CRASHED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_end(&d, cases[i].end);
		drive_type(&d, EV_QMP_LOST);
		drive_exit(&d, cases[i].status);
		assert_int_equal(d.lc.now.cause, cases[i].cause);
	}
}

static void qemu_told_to_end_that_takes_long_is_not_deaf(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_end(&d, END_EXIT_SIGNAL);
	drive_type(&d, EV_QMP_LOST);
	drive_wait(&d, d.lc.cfg.exit_ms + 1);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_TERM);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_SIGNALLED);
	drive_exit(&d, 0);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_SIGNALLED);
}

static void hello_among_the_last_words_hides_no_end(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_end(&d, END_PANIC);
	drive_hello(&d);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_GUEST_PANIC);
}

static void memory_that_does_not_come_back_is_no_launch(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	d.lc.cfg.restart_crashed = false;
	drive_exit(&d, 9);
	assert_int_equal(d.lc.state, LC_DRAINING);
	drive_wait(&d, 60001);
	assert_int_equal(d.acts, ACT_RECORD | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_MEMORY_HELD);
}

static void qemu_that_once_spoke_is_started_again(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_exit(&d, 9);
	drive_type(&d, EV_MEMORY_BACK);
	drive_exit(&d, 1 << 8);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_REFUSED);
	drive_type(&d, EV_MEMORY_BACK);
	drive_wait(&d, 1001);
	assert_int_equal(d.acts, ACT_LAUNCH);
}

static void firmware_reset_continues_the_granted_one_twice(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_judged(&d, INTENT_REBOOT);
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
	struct drive d = drive_to_serving();

	(void)state;
	drive_judged(&d, INTENT_REBOOT);
	drive_type(&d, EV_RESET);
	d.now_us += 2000000;
	drive_end(&d, END_RESET);
	drive_type(&d, EV_STOP);
	assert_int_equal(d.acts, ACT_PROBE);
}

/* Deaf, not dead: its main thread destroys memory and hears nothing. */
static void quit_of_a_busy_qemu_is_waited_for_up_to_a_bound(void **state)
{
	struct drive d = drive_to_serving();
	uint64_t start_us;

	(void)state;
	drive_judged(&d, INTENT_POWEROFF);
	start_us = d.now_us;
	d.busy = true;
	do
		drive_wait(&d, 5001);
	while (!d.acts);
	assert_int_equal(d.acts, ACT_TERM);
	assert_in_range(d.now_us - start_us, 60000000, 66000000);
}

static void quit_of_a_qemu_that_gets_idle_is_escalated(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_judged(&d, INTENT_POWEROFF);
	d.busy = true;
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, 0);
	d.busy = false;
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_TERM);
}

static void reset_of_an_idle_qemu_is_given_up(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_judged(&d, INTENT_REBOOT);
	assert_int_equal(d.lc.state, LC_RESETTING);
	drive_wait(&d, 5001);
	assert_int_equal(d.acts, ACT_QUIT);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

/* The shell could not even measure: that is no reason to wait for ever. */
static void measure_without_an_answer_counts_as_idle(void **state)
{
	const struct lc_event due = { .type = EV_DEADLINE };
	struct drive d = drive_to_serving();

	(void)state;
	drive_judged(&d, INTENT_POWEROFF);
	d.now_us += 5001000;
	assert_int_equal(lifecycle_step(&d.lc, &due, d.now_us), ACT_MEASURE);
	d.now_us += 1001000;
	assert_int_equal(lifecycle_step(&d.lc, &due, d.now_us),
			 ACT_TERM | ACT_MEASURE);
}

static void qemu_that_crashed_tells_by_which_signal(void **state)
{
	struct drive d = drive_to_serving();

	(void)state;
	drive_exit(&d, 11);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_CRASHED);
	assert_non_null(strstr(d.lc.now.evidence, "SIGSEGV"));
}

static void details_of_a_panic_are_its_evidence_and_no_later_one_s(void **state)
{
	struct lc_event ev = { .type = EV_SHUTDOWN,
			       .end = END_PANIC,
			       .said = "disabled-wait of CPU 0 at 0x10" };
	struct drive d = drive_to_serving();

	(void)state;
	lifecycle_step(&d.lc, &ev, d.now_us);
	ev.said = "another"; /* it repeats itself */
	lifecycle_step(&d.lc, &ev, d.now_us);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_non_null(strstr(d.lc.now.evidence, "(disabled-wait of"));
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	drive_type(&d, EV_UP);
	drive_exit(&d, 9);
	assert_null(strstr(d.lc.now.evidence, "disabled-wait"));
}

/* Left alone by everybody, every state but SERVING ends by its deadlines. */
static void deadlines_alone_lead_to_an_end(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	for (int i = 0; i < 20 && d.lc.state != LC_ENDED; i++)
		drive_wait(&d, 70000);
	assert_int_equal(d.lc.state, LC_ENDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadlines_alone_lead_to_an_end),
		cmocka_unit_test(qemu_deaf_at_stop_is_not_reset_in_place),
		cmocka_unit_test(quit_ignored_becomes_sigterm_then_sigkill),
		cmocka_unit_test(qemu_that_never_spoke_is_not_started_again),
		cmocka_unit_test(qemu_terminated_by_a_stranger_is_told_apart),
		cmocka_unit_test(qemu_told_to_end_that_takes_long_is_not_deaf),
		cmocka_unit_test(hello_among_the_last_words_hides_no_end),
		cmocka_unit_test(qemu_that_crashes_as_it_ends_was_told_to_end),
		cmocka_unit_test(memory_that_does_not_come_back_is_no_launch),
		cmocka_unit_test(qemu_that_once_spoke_is_started_again),
		cmocka_unit_test(
			firmware_reset_continues_the_granted_one_twice),
		cmocka_unit_test(firmware_reset_late_is_judged),
		cmocka_unit_test(
			quit_of_a_busy_qemu_is_waited_for_up_to_a_bound),
		cmocka_unit_test(quit_of_a_qemu_that_gets_idle_is_escalated),
		cmocka_unit_test(reset_of_an_idle_qemu_is_given_up),
		cmocka_unit_test(measure_without_an_answer_counts_as_idle),
		cmocka_unit_test(qemu_that_crashed_tells_by_which_signal),
		cmocka_unit_test(
			details_of_a_panic_are_its_evidence_and_no_later_one_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
