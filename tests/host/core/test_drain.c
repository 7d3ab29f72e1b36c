// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_drain.c - how soon the memory is back
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/core/drain.h"

#define MIB (UINT64_C(1) << 20)
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

/* What is foretold needs a second, what was does not. */
static void short_drain_that_is_over_has_the_pace_of_all(void **state)
{
	struct drain_outlook o;
	struct drain d;

	(void)state;
	drain_begin(&d, 2 * GIB, 1000000);
	drain_sample(&d, GIB, 1400000);
	o = drain_outlook(&d);
	assert_int_equal(o.rate, 0);
	drain_end(&d, 1500000);
	o = drain_outlook(&d);
	assert_int_equal(d.held_now, 0);
	assert_int_equal(o.rate, 4 * GIB);
	assert_int_equal(o.left_us, 0);
}

/*
 * MiB held by a helper of QEMU 7.2 with a tenth of a CPU, read every 200 ms from
 * its cgroup (v1) on a machine of two CPUs at a load of 10 to 20. At first pages
 * are freed quickly, then slowly, for they do not adjoin, then evenly.
 */
static const struct recorded {
	uint32_t took_ms;
	uint16_t mib[40];
} recorded[] = {
	{ 5805, { 7710, 7375, 7115, 6926, 6733, 6548, 6357, 6102, 5905, 5677,
		  5443, 5167, 4884, 4582, 4345, 4047, 3714, 3410, 3163, 2845,
		  2578, 2238, 1997, 1693, 1368, 1104, 801,  525,  268,	33 } },
	{ 4117,
	  { 5765, 5359, 5069, 4778, 4543, 4363, 4122, 3873, 3610, 3384, 3107,
	    2842, 2590, 2287, 1977, 1661, 1342, 1040, 775,  463,  144 } },
	{ 6580,
	  { 7710, 7417, 7084, 6876, 6699, 6510, 6283, 6102, 5875, 5680, 5479,
	    5225, 4960, 4717, 4441, 4166, 3939, 3750, 3561, 3370, 3127, 2956,
	    2805, 2578, 2385, 2150, 1930, 1659, 1369, 1050, 823,  531,	173 } },
};

/* What is foretold at half time against what the rest took. */
static void recorded_drain_is_foretold_within_a_fifth(void **state)
{
	enum { EVERY_MS = 200 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
		const struct recorded *r = &recorded[i];
		uint32_t at_ms = 0;
		struct drain d;

		drain_begin(&d, r->mib[0] * MIB, 0);
		while (2 * at_ms < r->took_ms) {
			at_ms += EVERY_MS;
			drain_sample(&d, r->mib[at_ms / EVERY_MS] * MIB,
				     at_ms * UINT64_C(1000));
		}
		assert_near(drain_outlook(&d).left_us,
			    (r->took_ms - at_ms) * UINT64_C(1000), 20);
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

static void first_second_foretells_nothing(void **state)
{
	struct drain d;

	(void)state;
	drain_begin(&d, GIB, 100);
	assert_int_equal(drain_outlook(&d).rate, 0);
	drain_sample(&d, GIB, 100); /* in the same moment */
	assert_int_equal(drain_outlook(&d).rate, 0);
	drain_sample(&d, GIB / 4, 100 + 999999);
	assert_int_equal(drain_outlook(&d).rate, 0);
	assert_int_equal(drain_outlook(&d).left_us, 0);
	drain_sample(&d, GIB / 4, 100 + 1000000);
	assert_near(drain_outlook(&d).rate, 3 * GIB / 4, 1);
	assert_near(drain_outlook(&d).left_us, 333333, 2);
}

/* An end that was in sight for 64 s is not when 45 more bring nothing. */
static void drain_that_stands_still_loses_its_end(void **state)
{
	struct drain d = half(64 * GIB, GIB / 2, 0);

	(void)state;
	assert_true(drain_outlook(&d).left_us > 0);
	for (int i = 0; i < 450; i++)
		drain_sample(&d, d.held_now, d.now_us + STEP_US);
	assert_int_equal(drain_outlook(&d).rate, 0);
	assert_int_equal(drain_outlook(&d).left_us, 0);
}

/* A guest that begins elsewhere takes what MemAvailable would have shown. */
static void drain_that_grows_loses_its_end(void **state)
{
	struct drain d = half(64 * GIB, GIB / 2, 0);

	(void)state;
	for (int i = 0; i < 300; i++)
		drain_sample(&d, d.held_now + GIB / 8, d.now_us + STEP_US);
	assert_true(d.held_now > d.held_first);
	assert_int_equal(drain_outlook(&d).rate, 0);
	assert_int_equal(drain_outlook(&d).left_us, 0);
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
		cmocka_unit_test(short_drain_that_is_over_has_the_pace_of_all),
		cmocka_unit_test(recorded_drain_is_foretold_within_a_fifth),
		cmocka_unit_test(noise_stays_within_a_fifth),
		cmocka_unit_test(change_of_pace_is_followed),
		cmocka_unit_test(first_second_foretells_nothing),
		cmocka_unit_test(drain_that_stands_still_loses_its_end),
		cmocka_unit_test(drain_that_grows_loses_its_end),
		cmocka_unit_test(
			memory_that_grows_or_stands_has_no_end_in_sight),
		cmocka_unit_test(all_back_has_no_time_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
