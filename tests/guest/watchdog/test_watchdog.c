// SPDX-License-Identifier: Apache-2.0
#include "guest/watchdog/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TIMEOUT = 20000, FED = 100000 };

static void feed_is_due_after_a_quarter_not_before(void **state)
{
	uint64_t next;

	(void)state;
	assert_false(watchdog_due(FED + 4999, FED, TIMEOUT, true, &next));
	assert_int_equal(next, FED + TIMEOUT / 2);
	assert_true(watchdog_due(FED + 5000, FED, TIMEOUT, true, &next));
	assert_int_equal(next, FED + 5000 + TIMEOUT / 2);
}

static void feed_undeserved_is_none_and_wakes_nobody(void **state)
{
	uint64_t next;

	(void)state;
	assert_false(watchdog_due(FED + 5000, FED, TIMEOUT, false, &next));
	assert_true(next == WATCHDOG_NEVER);
	assert_true(watchdog_due(FED + 15000, FED, TIMEOUT, true, &next));
}

/* However the loop wakes up, no gap is longer than half the timeout. */
static void feeding_by_its_own_deadline_leaves_no_gap(void **state)
{
	uint64_t now = FED, fed = FED, next = FED;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		now += (uint64_t)(i * 7919 % 9001) + 1;
		if (now > next)
			now = next > fed ? next : fed + 1;
		if (watchdog_due(now, fed, TIMEOUT, true, &next))
			fed = now;
		assert_true(next - fed <= TIMEOUT / 2);
		assert_true(next > now || fed == now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(feed_is_due_after_a_quarter_not_before),
		cmocka_unit_test(feed_undeserved_is_none_and_wakes_nobody),
		cmocka_unit_test(feeding_by_its_own_deadline_leaves_no_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
