// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_admit.c - a start waits for memory
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

static void full_reboot(struct drive *d)
{
	drive_serving(d);
	drive_wish(d, WISH_FULL);
	drive_quiesce(d, INTENT_REBOOT);
	drive_type(d, EV_STATUS);
	drive_exit(d, 0);
}

static void start_with_room_waits_for_nothing(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	assert_int_equal(d.acts, ACT_LAUNCH);
	drive_type(&d, EV_UP);
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.lc.last.marks.at_us[MARK_ADMITTED], 0);
}

static void first_start_that_never_fits_is_refused_at_once(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.room = ROOM_FOR_NONE;
	drive_type(&d, EV_START);
	assert_int_equal(d.acts, ACT_JUDGED | ACT_RECORD | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_NO_MEMORY);
	assert_non_null(strstr(d.lc.last.evidence, "its numbers"));
}

/* The longest that admission_sentence() makes: its advice comes last. */
static void refusal_keeps_all_of_the_numbers_and_the_advice(void **state)
{
	const uint64_t most = UINT64_MAX / 20000;
	struct domain domain[2] = { { .total = most } };
	const struct snapshot s = { .domain = domain, .domains = 2 };
	const struct decision decided = { .what = NEVER,
					  .domain = 1,
					  .need = most,
					  .available = 2 * most,
					  .promised = most,
					  .draining = most };
	char numbers[ADMISSION_TEXT];
	const struct lc_event never = { .type = EV_ADMISSION,
					.admission = NEVER,
					.said = numbers };
	struct drive d;

	(void)state;
	memset(domain[1].name, 'x', sizeof(domain[1].name) - 1);
	domain[1].total = most;
	admission_sentence(&s, &decided, numbers, sizeof(numbers));
	drive_init(&d);
	lifecycle_step(&d.lc, &(struct lc_event){ .type = EV_START }, 1000);
	lifecycle_step(&d.lc, &never, 2000);
	assert_int_equal(d.lc.state, LC_ENDED);
	assert_non_null(strstr(d.lc.last.evidence, numbers));
}

/* JSON takes nothing else. */
static void words_of_the_ledger_are_utf8(void **state)
{
	const struct lc_event wait = { .type = EV_ADMISSION,
				       .admission = WAIT_FOR_TURN,
				       .said = "/caf\xe9/ledger: full" };
	struct drive d;

	(void)state;
	drive_init(&d);
	lifecycle_step(&d.lc, &(struct lc_event){ .type = EV_START }, 1000);
	lifecycle_step(&d.lc, &wait, 2000);
	assert_string_equal(d.lc.memory_said, "/caf?/ledger: full");
}

static void first_start_that_may_fit_later_waits_and_asks_again(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.memory_out = true; /* somebody's */
	drive_type(&d, EV_START);
	assert_int_equal(d.acts, ACT_TELL_MEMORY);
	drive_wait(&d, 500);
	assert_int_equal(d.acts, 0); /* told once */
	assert_int_equal(d.lc.state, LC_ADMITTING);
	d.room = ROOM_FOR_TWO;
	drive_wait(&d, 500);
	assert_int_equal(d.acts, ACT_TELL_MEMORY | ACT_LAUNCH);
	assert_string_equal(d.lc.memory_said, "");
	assert_int_not_equal(d.lc.now.marks.at_us[MARK_ADMITTED], 0);
}

static void relaunch_with_room_overlaps_the_drain(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.room = ROOM_FOR_TWO;
	full_reboot(&d);
	assert_int_equal(d.acts, ACT_NUDGE | ACT_LAUNCH);
	drive_type(&d, EV_UP);
	drive_type(&d, EV_MEMORY_BACK); /* while it boots */
	drive_hello(&d);
	drive_say(&d, MSG_READY, INTENT_NONE);
	assert_int_equal(d.lc.last.strategy, STRATEGY_OVERLAP);
	assert_int_equal(d.lc.last.marks.at_us[MARK_MEMORY], 0);
	assert_false(d.lc.memory_out);
}

/* A small one has drained before its helper's end was waited for. */
static void relaunch_that_waits_for_nothing_overlaps_however_fast(void **state)
{
	const struct lc_event back = { .type = EV_MEMORY_BACK },
			      exited = { .type = EV_EXITED },
			      room = { .type = EV_ADMISSION,
				       .admission = ADMIT };
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_FULL);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_STATUS);
	lifecycle_step(&d.lc, &exited, d.now_us);
	lifecycle_step(&d.lc, &back, d.now_us);
	assert_true(lifecycle_step(&d.lc, &room, d.now_us) & ACT_LAUNCH);
	assert_int_equal(d.lc.now.strategy, STRATEGY_OVERLAP);
}

static void relaunch_that_waits_for_a_part_drains_first(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	full_reboot(&d);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	d.room = ROOM_FOR_TWO; /* not all of it is back */
	drive_wait(&d, 500);
	assert_int_equal(d.acts, ACT_TELL_MEMORY | ACT_LAUNCH);
	assert_true(d.lc.memory_out);
	assert_int_equal(d.lc.now.strategy, STRATEGY_DRAIN_FIRST);
}

/* Other than a first start: giving up is what its users would notice. */
static void relaunch_that_never_fits_waits_until_it_is_late(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	d.room = ROOM_FOR_NONE;
	drive_wish(&d, WISH_FULL);
	drive_quiesce(&d, INTENT_REBOOT);
	drive_type(&d, EV_STATUS);
	drive_exit(&d, 0);
	drive_type(&d, EV_MEMORY_BACK);
	drive_wait(&d, 599000);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	drive_wait(&d, 2000);
	assert_int_equal(d.lc.state, LC_ENDED);
	assert_int_equal(d.lc.last.cause, CAUSE_NO_MEMORY);
	assert_int_equal(d.lc.answered, WISH_FULL);
	assert_int_equal(d.lc.answer, ANSWER_ENDED);
}

static void late_start_begins_anyway_only_where_that_is_wanted(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.cfg.start_late = true;
	d.lc.cfg.admission_ms = 1000;
	d.room = ROOM_FOR_ONE;
	full_reboot(&d);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	drive_wait(&d, 1001);
	assert_int_equal(d.acts, ACT_LAUNCH | ACT_TELL_MEMORY);
	assert_int_equal(d.lc.now.strategy, STRATEGY_OVERLAP);
}

/* One more would be lost from sight. A drain that does not end is a refusal. */
static void late_start_beside_all_that_can_drain_waits_on(void **state)
{
	(void)state;
	for (int ends = 0; ends < 2; ends++) {
		struct drive d;

		drive_init(&d);
		d.lc.cfg.start_late = true;
		d.lc.cfg.admission_ms = 1000;
		d.room = ROOM_FOR_ONE;
		d.full = true;
		full_reboot(&d);
		drive_wait(&d, d.lc.cfg.destroy_ms);
		assert_int_equal(d.lc.state, LC_ADMITTING);
		d.full = !ends;
		drive_wait(&d, 1001);
		assert_int_equal(d.lc.state, ends ? LC_LAUNCHING : LC_DRAINING);
	}
}

static void refusal_while_memory_is_out_ends_when_it_is_back(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.cfg.admission_ms = 1000;
	full_reboot(&d);
	drive_wait(&d, 1001);
	assert_int_equal(d.acts, ACT_JUDGED);
	assert_int_equal(d.lc.state, LC_DRAINING);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_NO_MEMORY);
}

static void stop_before_anything_started_is_no_failure(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	d.lc.memory_out = true;
	drive_type(&d, EV_START);
	d.lc.memory_out = false;
	drive_wish(&d, WISH_SHUTDOWN);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.last.cause, CAUSE_NONE);
	assert_int_equal(cause_exit(d.lc.last.cause), 0);
}

static void
stop_is_answered_when_qemu_is_gone_and_again_at_the_end(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_wish(&d, WISH_STOP);
	drive_quiesce(&d, INTENT_POWEROFF);
	drive_type(&d, EV_STATUS);
	drive_exit(&d, 0);
	assert_int_equal(d.acts, ACT_NUDGE | ACT_GONE);
	assert_int_equal(d.lc.last.cause, CAUSE_CLEAN_POWEROFF);
	drive_wish(&d, WISH_STOP_NOW); /* another one, as late */
	assert_int_equal(d.acts, ACT_GONE);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_RECORD | ACT_ANSWER | ACT_FINISH);
	assert_int_equal(d.lc.answer, ANSWER_DONE);
}

static void pause_after_a_failure_goes_on_while_its_memory_is_out(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_serving(&d);
	drive_exit(&d, 9);
	drive_type(&d, EV_MEMORY_BACK);
	drive_exit(&d, 9);
	assert_int_equal(d.lc.state, LC_WAITING);
	drive_wait(&d, 1001);
	assert_int_equal(d.lc.state, LC_ADMITTING);
	drive_type(&d, EV_MEMORY_BACK);
	assert_int_equal(d.acts, ACT_TELL_MEMORY | ACT_LAUNCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_with_room_waits_for_nothing),
		cmocka_unit_test(
			first_start_that_never_fits_is_refused_at_once),
		cmocka_unit_test(
			refusal_keeps_all_of_the_numbers_and_the_advice),
		cmocka_unit_test(words_of_the_ledger_are_utf8),
		cmocka_unit_test(
			first_start_that_may_fit_later_waits_and_asks_again),
		cmocka_unit_test(relaunch_with_room_overlaps_the_drain),
		cmocka_unit_test(
			relaunch_that_waits_for_nothing_overlaps_however_fast),
		cmocka_unit_test(relaunch_that_waits_for_a_part_drains_first),
		cmocka_unit_test(
			relaunch_that_never_fits_waits_until_it_is_late),
		cmocka_unit_test(
			late_start_begins_anyway_only_where_that_is_wanted),
		cmocka_unit_test(late_start_beside_all_that_can_drain_waits_on),
		cmocka_unit_test(
			refusal_while_memory_is_out_ends_when_it_is_back),
		cmocka_unit_test(stop_before_anything_started_is_no_failure),
		cmocka_unit_test(
			stop_is_answered_when_qemu_is_gone_and_again_at_the_end),
		cmocka_unit_test(
			pause_after_a_failure_goes_on_while_its_memory_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
