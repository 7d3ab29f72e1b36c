// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_cleanup.c - what looks at QEMU's threads say of a reset
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/cleanup.h"

static struct cleanup c;
static uint64_t now;

static void reset(bool waited, int32_t refused)
{
	now += 60000000;
	cleanup_begin(&c, waited, refused, now);
}

/* When the next look is due. Return: cleanup_saw() */
static bool look(int32_t thread, uint64_t cpu_us)
{
	const struct cleanup_sight s = { thread, cpu_us };

	if (c.look_us) {
		now = c.look_us;
		assert_true(cleanup_due(&c, now));
	}
	assert_int_equal(c.look_us, 0);
	return cleanup_saw(&c, &s, now);
}

static int begin(void **state)
{
	(void)state;
	c = (struct cleanup){ 0 };
	now = 1000000;
	return 0;
}

static void thread_at_work_is_asynchronous_and_looked_at_once(void **state)
{
	(void)state;
	reset(false, 0);
	assert_int_equal(c.kind, CLEANUP_WATCHED);
	assert_false(cleanup_rested(&c, now));
	assert_true(look(77, 10000));
	assert_int_equal(c.kind, CLEANUP_ASYNC);
	assert_true(cleanup_rested(&c, now));
	assert_int_equal(c.look_us, 0);
}

static void thread_without_cpu_time_has_not_begun(void **state)
{
	(void)state;
	reset(false, 0);
	assert_true(look(77, 0));
	assert_int_equal(c.kind, CLEANUP_ASYNC);
	assert_false(cleanup_rested(&c, now + 3600000000));
	assert_false(look(77, 0));
	assert_false(look(77, 10000));
	assert_true(cleanup_rested(&c, now));
	assert_int_equal(c.look_us, 0);
}

static void thread_that_is_gone_has_begun(void **state)
{
	(void)state;
	reset(false, 0);
	look(77, 0);
	assert_false(look(0, 0));
	assert_int_equal(c.kind, CLEANUP_ASYNC);
	assert_true(cleanup_rested(&c, now));
}

/* Six looks, and never one more: an idle shim sleeps. */
static void thread_never_seen_is_unknown_after_all_looks(void **state)
{
	uint64_t reset_us;
	int looks = 1;

	(void)state;
	reset(false, 0);
	reset_us = now;
	while (!look(0, 0))
		looks++;
	assert_int_equal(looks, 6);
	assert_int_equal(c.kind, CLEANUP_UNKNOWN);
	assert_int_equal(c.look_us, 0);
	assert_true(now - reset_us < 2000000);
	assert_false(cleanup_rested(&c, reset_us + 1999999));
	assert_true(cleanup_rested(&c, reset_us + 2000000));
}

static void thread_never_at_work_ends_the_looks_too(void **state)
{
	int looks = 1;

	(void)state;
	reset(false, 0);
	for (look(77, 0); c.look_us; look(77, 0))
		looks++;
	assert_int_equal(looks, 6);
	assert_false(cleanup_rested(&c, now + 3600000000));
}

/* That of the reset before still runs; this one has no name yet. */
static void thread_of_the_reset_before_is_not_of_this_one(void **state)
{
	(void)state;
	reset(false, 0);
	look(77, 10000);
	reset(false, 0);
	assert_false(look(77, 500000));
	assert_int_equal(c.kind, CLEANUP_WATCHED);
	assert_false(cleanup_rested(&c, now));
	assert_true(look(78, 0));
	assert_false(cleanup_rested(&c, now));
	look(77, 900000); /* the younger one is gone */
	assert_true(cleanup_rested(&c, now));
}

static void reset_that_waited_is_synchronous_without_a_look(void **state)
{
	(void)state;
	reset(true, 0);
	assert_int_equal(c.kind, CLEANUP_SYNC);
	assert_int_equal(c.look_us, 0);
	assert_true(cleanup_rested(&c, now));
	reset(false, -EINVAL);
	assert_int_equal(c.kind, CLEANUP_SYNC);
	assert_int_equal(c.refused, -EINVAL);
	assert_true(cleanup_rested(&c, now));
	assert_false(look(77, 10000)); /* a late answer */
	assert_int_equal(c.kind, CLEANUP_SYNC);
}

static void reset_of_a_plain_guest_leaves_nothing_to_wait_for(void **state)
{
	(void)state;
	assert_true(cleanup_rested(&c, now));
	reset(false, 0);
	cleanup_none(&c);
	assert_true(cleanup_rested(&c, now));
	assert_false(cleanup_due(&c, now + 3600000000));
}

/* Another shim has seen the reset: no looks, but while one is held back. */
static void reset_of_another_shims_time_is_unknown(void **state)
{
	(void)state;
	cleanup_adopt(&c, now);
	assert_int_equal(c.kind, CLEANUP_UNKNOWN);
	assert_int_equal(c.look_us, 0);
	assert_false(cleanup_rested(&c, now + 1999999));
	assert_true(cleanup_rested(&c, now + 2000000));
	cleanup_hold(&c, now);
	assert_true(look(77, 10000));
	assert_true(cleanup_rested(&c, now));
	cleanup_adopt(&c, 0);
	assert_int_equal(c.kind, CLEANUP_NONE);
}

static void held_back_it_is_looked_at_until_it_has_begun(void **state)
{
	(void)state;
	reset(false, 0);
	while (!look(0, 0))
		;
	cleanup_hold(&c, now);
	for (int i = 0; i < 100; i++) {
		assert_false(look(0, 0));
		assert_int_not_equal(c.look_us, 0);
	}
	look(77, 10000);
	assert_int_equal(c.look_us, 0);
}

#define ONE(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(thread_at_work_is_asynchronous_and_looked_at_once),
		ONE(thread_without_cpu_time_has_not_begun),
		ONE(thread_that_is_gone_has_begun),
		ONE(thread_never_seen_is_unknown_after_all_looks),
		ONE(thread_never_at_work_ends_the_looks_too),
		ONE(thread_of_the_reset_before_is_not_of_this_one),
		ONE(reset_that_waited_is_synchronous_without_a_look),
		ONE(reset_of_a_plain_guest_leaves_nothing_to_wait_for),
		ONE(reset_of_another_shims_time_is_unknown),
		ONE(held_back_it_is_looked_at_until_it_has_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
