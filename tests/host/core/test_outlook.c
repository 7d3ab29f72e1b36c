// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_outlook.c - what a reboot would do, and its budget
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/core/outlook.h"

static const uint32_t good = FACT_CLEAN | FACT_HEALTHY | FACT_SAME_IMAGE |
			     FACT_RESTED | FACT_VM_STOPPED | FACT_MAY_RESTART;
static const struct costs costs = {
	.size = { .cpus = 1, .memory = 512ULL << 20 },
};

static void add(struct past *p, enum strategy s, uint64_t down_us)
{
	past_add(p, s, down_us, 0);
}

/* In place 2 s, at worst 6 s; drain first 3 s; @n of each. */
static struct past past_of(int n)
{
	struct past p = { 0 };

	for (int i = 0; i < n; i++) {
		add(&p, STRATEGY_IN_PLACE, i ? 2000000 : 6000000);
		add(&p, STRATEGY_DRAIN_FIRST, 3000000);
	}
	return p;
}

static struct outlook outlook_of(uint32_t facts, int n)
{
	const struct past p = past_of(n);
	struct outlook o;

	outlook_make(&o, facts, &p, &costs);
	return o;
}

static void outlook_names_the_peak_of_each(void **state)
{
	const struct outlook o = outlook_of(good, 5);
	uint64_t once = outlook_option(&o, STRATEGY_IN_PLACE)->peak_bytes;

	(void)state;
	assert_int_equal(once, need_bytes(&costs.size));
	assert_int_equal(outlook_option(&o, STRATEGY_OVERLAP)->peak_bytes,
			 2 * once);
	assert_int_equal(outlook_option(&o, STRATEGY_DRAIN_FIRST)->peak_bytes,
			 once);
	assert_null(outlook_option(&o, STRATEGY_STOP));
}

/* A second set of donations, where the ultravisor does not destroy fast. */
static void outlook_peak_of_a_secure_reset_has_what_it_takes_again(void **state)
{
	const struct past p = past_of(5);
	struct costs c = costs;
	uint64_t once;
	struct outlook o;

	(void)state;
	c.size.donated = c.size.again = 9 << 20;
	once = need_bytes(&c.size);
	outlook_make(&o, good, &p, &c);
	assert_int_equal(o.option[0].peak_bytes, once); /* it is not secure */
	c.secure = true;
	outlook_make(&o, good, &p, &c);
	assert_int_equal(o.option[0].peak_bytes, once + (9 << 20));
	assert_int_equal(o.option[1].peak_bytes, 2 * once);
	assert_int_equal(o.option[2].peak_bytes, once);
}

static void outlook_better_needs_what_its_obstacle_says(void **state)
{
	const struct outlook silent = outlook_of(good & ~FACT_CLEAN, 5);
	const struct outlook best = outlook_of(good | FACT_FITS_TWICE, 5);
	const struct option *op = outlook_better(&silent);

	(void)state;
	assert_int_equal(silent.plan.strategy, STRATEGY_DRAIN_FIRST);
	assert_non_null(op);
	assert_non_null(op->obstacle);
	op = outlook_better(&best); /* the model thinks more of overlap */
	assert_int_equal(op->strategy, STRATEGY_OVERLAP);
	assert_null(op->obstacle);
}

static void budget_that_holds_keeps_the_plan(void **state)
{
	const struct outlook o = outlook_of(good, 5);
	char text[OUTLOOK_TEXT];

	(void)state;
	assert_int_equal(outlook_within(&o, STRATEGY_NONE, 6000000, text),
			 STRATEGY_IN_PLACE);
	assert_string_equal(text, "");
}

static void budget_too_small_for_the_plan_takes_another(void **state)
{
	const struct outlook o = outlook_of(good, 5);
	char text[OUTLOOK_TEXT];

	(void)state;
	assert_int_equal(outlook_within(&o, STRATEGY_NONE, 5999999, text),
			 STRATEGY_DRAIN_FIRST);
	assert_int_equal(outlook_within(&o, STRATEGY_IN_PLACE, 5999999, text),
			 STRATEGY_NONE);
	assert_string_equal(text, "the budget of 6.00 s will not hold: in "
				  "place took 6.00 s at worst in the last 5; "
				  "allow more");
}

static void budget_too_small_for_all_is_refused_with_each(void **state)
{
	const struct outlook o = outlook_of(good, 5);
	char text[OUTLOOK_TEXT];

	(void)state;
	assert_int_equal(outlook_within(&o, STRATEGY_NONE, 1000000, text),
			 STRATEGY_NONE);
	assert_string_equal(text,
			    "the budget of 1.00 s will not hold: in place "
			    "took 6.00 s at worst in the last 5; drain first "
			    "took 3.00 s at worst in the last 5; allow more");
}

static void budget_without_history_tells_what_it_assumes(void **state)
{
	const struct outlook o = outlook_of(good, 0);
	const struct outlook one = outlook_of(good, 1);
	char text[OUTLOOK_TEXT];

	(void)state;
	assert_int_equal(outlook_within(&o, STRATEGY_NONE, 60000000, text),
			 STRATEGY_IN_PLACE);
	assert_non_null(strstr(text, "in place has none on record"));
	outlook_within(&one, STRATEGY_NONE, 60000000, text);
	assert_non_null(strstr(text, "in place has only 1 on record"));
	assert_int_equal(outlook_within(&o, STRATEGY_NONE, 1000, text),
			 STRATEGY_NONE);
	assert_non_null(strstr(text, "are assumed"));
}

static void budget_of_a_way_not_to_be_had_is_refused(void **state)
{
	const struct outlook o = outlook_of(good & ~FACT_CLEAN, 5);
	const struct outlook end = outlook_of(good | FACT_WANT_STOP, 5);
	char text[OUTLOOK_TEXT];

	(void)state;
	assert_int_equal(outlook_within(&o, STRATEGY_IN_PLACE, 60000000, text),
			 STRATEGY_NONE);
	assert_non_null(strstr(text, "in place is not to be had: its agent"));
	assert_int_equal(outlook_within(&end, STRATEGY_NONE, 60000000, text),
			 STRATEGY_NONE);
	assert_non_null(strstr(text, "a reboot now would be its end"));
}

/* Every set of facts: what is offered is had, and what is refused is said. */
static void budget_of_any_facts_is_held_or_refused(void **state)
{
	(void)state;
	for (uint32_t f = 0; f <= FACTS_ALL; f++) {
		const struct outlook o = outlook_of(f, 3);
		char text[OUTLOOK_TEXT];
		enum strategy s =
			outlook_within(&o, STRATEGY_NONE, 4000000, text);
		const struct option *op = outlook_option(&o, s);

		if (s == STRATEGY_NONE) {
			assert_true(text[0] != '\0');
			continue;
		}
		assert_null(op->obstacle);
		assert_true(op->forecast.worst_us <= 4000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outlook_names_the_peak_of_each),
		cmocka_unit_test(
			outlook_peak_of_a_secure_reset_has_what_it_takes_again),
		cmocka_unit_test(outlook_better_needs_what_its_obstacle_says),
		cmocka_unit_test(budget_that_holds_keeps_the_plan),
		cmocka_unit_test(budget_too_small_for_the_plan_takes_another),
		cmocka_unit_test(budget_too_small_for_all_is_refused_with_each),
		cmocka_unit_test(budget_without_history_tells_what_it_assumes),
		cmocka_unit_test(budget_of_a_way_not_to_be_had_is_refused),
		cmocka_unit_test(budget_of_any_facts_is_held_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
