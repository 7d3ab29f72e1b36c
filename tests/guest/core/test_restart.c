// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/test_restart.c - every end of a payload by every policy
 */
#include "guest/core/restart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/array.h"

static struct restart_rules rules_of(enum restart_when when)
{
	struct restart_rules r = {
		.when = when,
		.delay_ms = 100,
		.delay_max_ms = 500,
		.limit = 5,
		.interval_ms = 60000,
		.on_exit = INTENT_POWEROFF,
		.on_failure = INTENT_REBOOT,
		.on_give_up = INTENT_POWEROFF,
	};

	statuses_add(&r.means[INTENT_REBOOT], 3);
	statuses_add(&r.means[INTENT_UPDATE], 255);
	return r;
}

#define EXIT(status) ((uint32_t)(status) << 8)

static void restart_of_each_end_by_each_policy_is_as_written(void **state)
{
	static const struct {
		struct payload_exit end;
		enum intent intent[3]; /* never, on-failure, always */
		enum intent_cause cause;
	} ends[] = {
		{ { .status = EXIT(0) },
		  { INTENT_POWEROFF, INTENT_POWEROFF, INTENT_NONE },
		  ICAUSE_PAYLOAD_EXIT },
		{ { .status = EXIT(1) },
		  { INTENT_REBOOT, INTENT_NONE, INTENT_NONE },
		  ICAUSE_PAYLOAD_EXIT },
		{ { .status = 11 },
		  { INTENT_REBOOT, INTENT_NONE, INTENT_NONE },
		  ICAUSE_PAYLOAD_EXIT },
		{ { .status = EXIT(3) },
		  { INTENT_REBOOT, INTENT_REBOOT, INTENT_REBOOT },
		  ICAUSE_PAYLOAD },
		{ { .status = EXIT(255) },
		  { INTENT_UPDATE, INTENT_UPDATE, INTENT_UPDATE },
		  ICAUSE_PAYLOAD },
		/* a signal of that number is no exit status */
		{ { .status = 3 },
		  { INTENT_REBOOT, INTENT_NONE, INTENT_NONE },
		  ICAUSE_PAYLOAD_EXIT },
		{ { .status = 9, .oom = true },
		  { INTENT_REBOOT, INTENT_NONE, INTENT_NONE },
		  ICAUSE_OOM },
		{ { .status = 9, .overdue = true },
		  { INTENT_REBOOT, INTENT_NONE, INTENT_NONE },
		  ICAUSE_WATCHDOG },
		{ { .status = EXIT(0), .overdue = true },
		  { INTENT_REBOOT, INTENT_NONE, INTENT_NONE },
		  ICAUSE_WATCHDOG },
		{ { .status = EXIT(255), .overdue = true },
		  { INTENT_REBOOT, INTENT_NONE, INTENT_NONE },
		  ICAUSE_WATCHDOG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		for (int when = 0; when < 3; when++) {
			struct restart_rules rules =
				rules_of((enum restart_when)when);
			struct restart r = { 0 };
			struct restart_verdict v =
				restart_judge(&r, &rules, &ends[i].end, 1000);

			assert_int_equal(v.intent, ends[i].intent[when]);
			assert_int_equal(v.cause, ends[i].cause);
			if (v.intent == INTENT_NONE)
				assert_int_equal(v.delay_ms, 100);
		}
	}
}

static void restart_too_often_gives_up_and_says_so(void **state)
{
	static const uint32_t delays[] = { 100, 200, 400, 500, 500 };
	const struct payload_exit crash = { .status = 11 };
	struct restart_rules rules = rules_of(RESTART_ALWAYS);
	struct restart r = { 0 };
	struct restart_verdict v;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		v = restart_judge(&r, &rules, &crash, 1000 + i);
		assert_int_equal(v.intent, INTENT_NONE);
		assert_int_equal(v.delay_ms, delays[i]);
	}
	v = restart_judge(&r, &rules, &crash, 60000);
	assert_int_equal(v.intent, INTENT_POWEROFF);
	assert_int_equal(v.cause, ICAUSE_GAVE_UP);
}

static void restart_after_the_interval_counts_and_waits_anew(void **state)
{
	const struct payload_exit crash = { .status = 11 };
	struct restart_rules rules = rules_of(RESTART_ON_FAILURE);
	struct restart r = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		struct restart_verdict v =
			restart_judge(&r, &rules, &crash, 7 + i * 60001);

		assert_int_equal(v.intent, INTENT_NONE);
		assert_int_equal(v.delay_ms, 100);
	}
}

static void restart_of_any_numbers_never_overflows(void **state)
{
	static const uint32_t numbers[] = { 0, 1, 2, 86400000, UINT32_MAX };
	const struct payload_exit crash = { .status = 11 };
	const size_t n = ARRAY_SIZE(numbers);

	(void)state;
	for (size_t i = 0; i < n * n; i++) {
		struct restart_rules rules = rules_of(RESTART_ALWAYS);
		struct restart r = { 0 };

		rules.delay_ms = numbers[i % n];
		rules.delay_max_ms = numbers[i / n];
		rules.limit = 40;
		for (int k = 0; k < 40; k++)
			assert_true(
				restart_judge(&r, &rules, &crash, 5).delay_ms <=
				rules.delay_max_ms);
		assert_int_equal(restart_judge(&r, &rules, &crash, 5).cause,
				 ICAUSE_GAVE_UP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			restart_of_each_end_by_each_policy_is_as_written),
		cmocka_unit_test(restart_too_often_gives_up_and_says_so),
		cmocka_unit_test(
			restart_after_the_interval_counts_and_waits_anew),
		cmocka_unit_test(restart_of_any_numbers_never_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
