// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_ledger_grow.c - a promise becomes more, and less
 */
#include "host/memory/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/memory/ledger_rig.h"

static enum admission grow(struct promise_slot *p, uint64_t bytes)
{
	struct decision d = { .what = ADMISSIONS };

	assert_int_equal(
		ledger_grow(p, bytes, &rig_ops, &d, rig_text, rig_error), 0);
	return d.what;
}

/* What it has counts as somebody's; it asks for the rest. */
static void promise_grows_where_there_is_room(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(rig_start(&a, 40, &rig_alone), ADMIT);
	assert_int_equal(rig_start(&b, 40, &rig_alone), ADMIT);
	assert_int_equal(grow(&a, 61), NEVER);
	assert_int_equal(a.mine.bytes, 40);
	assert_int_equal(grow(&a, 60), ADMIT);
	assert_int_equal(a.mine.bytes, 60);
	assert_int_equal(grow(&b, 41), NEVER); /* it is in the ledger */
	assert_int_equal(grow(&a, 50), ADMIT);
	assert_int_equal(a.mine.bytes, 60);
	assert_int_equal(ledger_keeps(&a, 30, rig_error), 0);
	assert_int_equal(grow(&b, 70), ADMIT);
	assert_int_equal(ledger_keeps(&a, 40, rig_error), 0); /* unasked */
	assert_int_equal(grow(&b, 71), NEVER);
	ledger_leave(&a);
	ledger_leave(&b);
}

static void promise_grows_before_who_came_later(void **state)
{
	struct promise_slot a, drains, waits;

	(void)state;
	assert_int_equal(rig_start(&a, 10, &rig_alone), ADMIT);
	assert_int_equal(rig_start(&drains, 50, &rig_alone), ADMIT);
	assert_int_equal(ledger_drains(&drains, 50, rig_error), 0);
	rig_used = 50;
	assert_int_equal(rig_start(&waits, 60, &rig_alone), WAIT_FOR_DRAIN);
	assert_int_equal(grow(&a, 20), ADMIT);
	ledger_leave(&waits);
	ledger_leave(&drains);
	ledger_leave(&a);
}

#define WITH_LEDGER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(promise_grows_where_there_is_room),
		WITH_LEDGER(promise_grows_before_who_came_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
