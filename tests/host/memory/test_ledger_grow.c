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

static enum admission could_grow(const struct promise_slot *p, uint64_t bytes)
{
	struct decision d = { .what = ADMISSIONS };

	assert_int_equal(
		ledger_could_grow(p, bytes, &rig_ops, &d, rig_text, rig_error),
		0);
	return d.what;
}

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
	assert_int_equal(could_grow(&a, 61), NEVER);
	assert_int_equal(grow(&a, 61), NEVER);
	assert_int_equal(a.mine.bytes, 40);
	assert_int_equal(could_grow(&a, 60), ADMIT);
	assert_int_equal(a.mine.bytes, 40); /* it was asked, no more */
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
	assert_int_equal(could_grow(&a, 20), ADMIT);
	assert_int_equal(grow(&a, 20), ADMIT);
	ledger_leave(&waits);
	ledger_leave(&drains);
	ledger_leave(&a);
}

/* Its shim died in one group, the next one runs in another. */
static void promise_grows_where_its_shim_is_now(void **state)
{
	const struct application again = { "web", 0, 0, &rig_group };
	struct promise_slot first, a, b;

	(void)state;
	assert_int_equal(rig_start(&first, 10, &rig_alone), ADMIT);
	assert_int_equal(ledger_lives(&first, 1, rig_error), 0);
	assert_int_equal(ledger_retake(rig_path, &again, 1, &a, rig_error), 0);
	assert_int_equal(rig_start(&b, 30, &rig_group), ADMIT);
	assert_int_equal(could_grow(&a, 25), NEVER);
	assert_int_equal(grow(&a, 25), NEVER);
	ledger_leave(&b);
	assert_int_equal(grow(&a, 25), ADMIT);
	ledger_leave(&a);
	ledger_leave(&first);
}

#define WITH_LEDGER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(promise_grows_where_there_is_room),
		WITH_LEDGER(promise_grows_before_who_came_later),
		WITH_LEDGER(promise_grows_where_its_shim_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
