// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_predict.c - what a restart takes, by history and model
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/predict.h"

static const struct costs small = {
	.size = { .cpus = 1, .memory = 512ULL << 20 },
};

static void add(struct past *p, enum strategy s, uint64_t down_us)
{
	past_add(p, s, down_us, 0);
}

static void forecast_of_enough_is_median_and_worst(void **state)
{
	struct past p = { 0 };
	struct forecast f;

	(void)state;
	add(&p, STRATEGY_IN_PLACE, 300);
	add(&p, STRATEGY_IN_PLACE, 100);
	add(&p, STRATEGY_IN_PLACE, 900);
	add(&p, STRATEGY_IN_PLACE, 500);
	f = predict(&p, &small, STRATEGY_IN_PLACE);
	assert_false(f.assumed);
	assert_int_equal(f.samples, 4);
	assert_int_equal(f.median_us, 400);
	assert_int_equal(f.worst_us, 900);
}

static void forecast_knows_the_last_twenty_only(void **state)
{
	struct past p = { 0 };
	struct forecast f;

	(void)state;
	add(&p, STRATEGY_DRAIN_FIRST, 1000000);
	for (uint32_t i = 1; i <= PAST_KEPT; i++)
		add(&p, STRATEGY_DRAIN_FIRST, i);
	f = predict(&p, &small, STRATEGY_DRAIN_FIRST);
	assert_int_equal(f.samples, PAST_KEPT);
	assert_int_equal(f.worst_us, PAST_KEPT);
	assert_int_equal(f.median_us, (PAST_KEPT + 1) / 2);
}

static void forecast_of_too_few_is_assumed(void **state)
{
	struct past p = { 0 };
	struct forecast f;

	(void)state;
	add(&p, STRATEGY_IN_PLACE, 7);
	add(&p, STRATEGY_IN_PLACE, 7);
	f = predict(&p, &small, STRATEGY_IN_PLACE);
	assert_true(f.assumed);
	assert_int_equal(f.samples, 2);
	assert_true(f.median_us > 7);
	assert_int_equal(f.worst_us, 2 * f.median_us);
}

static void past_without_downtime_is_no_sample(void **state)
{
	struct past p = { 0 };

	(void)state;
	past_add(&p, STRATEGY_DRAIN_FIRST, 0, 500);
	past_add(&p, STRATEGY_NONE, 700, 0);
	for (int s = 0; s < STRATEGIES; s++)
		assert_int_equal(p.of[s].count, 0);
	assert_int_equal(p.boot_us, 500);
}

static void past_start_teaches_the_boot(void **state)
{
	struct past p = { 0 };
	struct forecast before, after;

	(void)state;
	before = predict(&p, &small, STRATEGY_DRAIN_FIRST);
	past_add(&p, STRATEGY_NONE, 0, 400000);
	after = predict(&p, &small, STRATEGY_DRAIN_FIRST);
	assert_int_equal(p.boot_us, 400000);
	assert_int_equal(before.median_us - after.median_us, 600000);
	assert_int_equal(p.of[STRATEGY_NONE].count, 0);
}

/* docs/facts.md 0.2: in place, a secure guest's first 2 GiB and no more. */
static void model_of_secure_guest_has_the_floor(void **state)
{
	struct costs c = {
		.size = { .kind = KIND_S390X, .kvm = true, .cpus = 2 },
		.secure = true
	};
	struct past p = { .boot_us = 1000000 };
	uint64_t at_floor, big;

	(void)state;
	c.size.memory = 2ULL << 30;
	at_floor = predict(&p, &c, STRATEGY_IN_PLACE).median_us;
	c.size.memory = 64ULL << 30;
	big = predict(&p, &c, STRATEGY_IN_PLACE).median_us;
	assert_int_equal(at_floor, big);
	assert_in_range(big, 2000000, 2300000);
	/* what it is all about */
	assert_true(predict(&p, &c, STRATEGY_DRAIN_FIRST).median_us > 30000000);
	assert_true(predict(&p, &c, STRATEGY_OVERLAP).median_us < big);
	c.reset_waits = true; /* an old QEMU or kernel: 1.2, 2.3 */
	assert_true(predict(&p, &c, STRATEGY_IN_PLACE).median_us > 30000000);
}

static void relaunch_is_faster_only_by_enough_of_both(void **state)
{
	struct past p = { 0 };

	(void)state;
	for (uint32_t i = 0; i < PAST_ENOUGH; i++) {
		assert_false(past_relaunch_faster(&p, false));
		add(&p, STRATEGY_IN_PLACE, 1000);
	}
	for (uint32_t i = 0; i < PAST_ENOUGH; i++) {
		assert_false(past_relaunch_faster(&p, false));
		add(&p, STRATEGY_DRAIN_FIRST, 500);
	}
	assert_true(past_relaunch_faster(&p, false));
	for (uint32_t i = 0; i < PAST_KEPT; i++)
		add(&p, STRATEGY_DRAIN_FIRST, 950);
	assert_false(past_relaunch_faster(&p, false)); /* hardly */
}

static void overlaps_count_where_there_is_room_for_one(void **state)
{
	struct past p = { 0 };

	(void)state;
	for (uint32_t i = 0; i < PAST_ENOUGH; i++) {
		add(&p, STRATEGY_IN_PLACE, 1000);
		add(&p, STRATEGY_DRAIN_FIRST, 1200);
	}
	assert_false(past_relaunch_faster(&p, true)); /* none was seen */
	for (uint32_t i = 0; i < PAST_ENOUGH; i++)
		add(&p, STRATEGY_OVERLAP, 500);
	assert_true(past_relaunch_faster(&p, true));
	assert_false(past_relaunch_faster(&p, false));
}

/* docs/facts.md 9, 10.5 */
static void need_counts_qemu_tables_and_second_image(void **state)
{
	struct machine_size m = { .cpus = 1, .memory = 1000 << 20 };
	uint64_t q35, s390x, hardware;

	(void)state;
	q35 = need_bytes(&m);
	assert_in_range(q35 - m.memory, 115 << 20, 117 << 20);
	m.kind = KIND_MICROVM;
	assert_in_range(q35 - need_bytes(&m), 2 << 20, 3 << 20);
	m.kind = KIND_Q35;
	m.image_bytes = 200 << 20;
	assert_int_equal(need_bytes(&m), q35); /* x86 maps the file */
	m.kind = KIND_S390X;
	s390x = need_bytes(&m);
	m.image_bytes = 0;
	assert_int_equal(s390x - need_bytes(&m), 200 << 20);
	m.kvm = true;
	assert_in_range(need_bytes(&m) - m.memory, 34 << 20, 36 << 20);
	hardware = need_bytes(&m);
	m.kvm = false;
	assert_int_equal(need_bytes(&m) - hardware, (uint64_t)need_code_mib(1)
							    << 20);
	assert_int_equal(need_code_mib(1), 66);
	assert_int_equal(need_code_mib(248), 560);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forecast_of_enough_is_median_and_worst),
		cmocka_unit_test(forecast_knows_the_last_twenty_only),
		cmocka_unit_test(forecast_of_too_few_is_assumed),
		cmocka_unit_test(past_without_downtime_is_no_sample),
		cmocka_unit_test(past_start_teaches_the_boot),
		cmocka_unit_test(model_of_secure_guest_has_the_floor),
		cmocka_unit_test(relaunch_is_faster_only_by_enough_of_both),
		cmocka_unit_test(overlaps_count_where_there_is_room_for_one),
		cmocka_unit_test(need_counts_qemu_tables_and_second_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
