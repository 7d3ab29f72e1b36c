// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_drain.c - how soon the memory is back
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/drain.h"

#define GIB (UINT64_C(1) << 30)

enum { STEP_US = 100000 };

/* Drain @held bytes at @rate, seen every STEP_US, until half of it is back. */
static struct drain half(uint64_t held, uint64_t rate, uint64_t noise)
{
	uint64_t now_us = 5000000, seed = 1, left = held;
	struct drain d;

	drain_begin(&d, held, now_us);
	while (left > held / 2) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		now_us += STEP_US;
		left -= rate / (1000000 / STEP_US);
		drain_sample(&d, left + (noise ? (seed >> 33) % noise : 0),
			     now_us);
	}
	return d;
}

static void assert_near(uint64_t is, uint64_t meant, uint64_t percent)
{
	assert_in_range(is, meant - meant * percent / 100,
			meant + meant * percent / 100);
}

static void even_pace_is_foretold(void **state)
{
	static const struct {
		uint64_t held, rate;
	} drains[] = {
		{ 64 * GIB, GIB },
		{ 2048 * GIB, GIB },
		{ 2048 * GIB, 4 * GIB },
		{ 4 * GIB, GIB / 8 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(drains) / sizeof(drains[0]); i++) {
		struct drain d = half(drains[i].held, drains[i].rate, 0);
		struct drain_outlook o = drain_outlook(&d);

		assert_near(o.rate, drains[i].rate, 1);
		assert_near(o.left_us,
			    drains[i].held / 2 / (drains[i].rate / 1000000), 2);
	}
}

static void noise_stays_within_a_fifth(void **state)
{
	struct drain d = half(64 * GIB, GIB, GIB);
	struct drain_outlook o = drain_outlook(&d);

	(void)state;
	assert_near(o.left_us, 32 * UINT64_C(1000000), 20);
}

static void change_of_pace_is_followed(void **state)
{
	uint64_t now_us = 1000000, left = 64 * GIB;
	struct drain d;

	(void)state;
	drain_begin(&d, left, now_us);
	for (int i = 0; i < 20; i++) /* huge pages first */
		drain_sample(&d, left -= GIB, now_us += STEP_US);
	for (int i = 0; i < 40; i++)
		drain_sample(&d, left -= GIB / 10, now_us += STEP_US);
	assert_near(drain_outlook(&d).rate, GIB, 20);
	assert_near(drain_outlook(&d).left_us, left / (GIB / 1000000), 20);
}

static void nothing_seen_yet_says_nothing(void **state)
{
	struct drain d;

	(void)state;
	drain_begin(&d, GIB, 100);
	assert_int_equal(drain_outlook(&d).rate, 0);
	assert_int_equal(drain_outlook(&d).left_us, 0);
	drain_sample(&d, GIB / 2, 100); /* in the same moment */
	assert_int_equal(drain_outlook(&d).rate, 0);
}

static void memory_that_grows_or_stands_has_no_end_in_sight(void **state)
{
	struct drain d;

	(void)state;
	drain_begin(&d, GIB, 100);
	for (uint64_t i = 1; i < 1000; i++)
		drain_sample(&d, GIB + i % 2, 100 + i * STEP_US);
	assert_int_equal(drain_outlook(&d).left_us, 0);
}

static void all_back_has_no_time_left(void **state)
{
	struct drain d = half(GIB, GIB / 4, 0);

	(void)state;
	drain_sample(&d, 0, 100000000);
	assert_int_equal(drain_outlook(&d).left_us, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(even_pace_is_foretold),
		cmocka_unit_test(noise_stays_within_a_fifth),
		cmocka_unit_test(change_of_pace_is_followed),
		cmocka_unit_test(nothing_seen_yet_says_nothing),
		cmocka_unit_test(
			memory_that_grows_or_stands_has_no_end_in_sight),
		cmocka_unit_test(all_back_has_no_time_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
