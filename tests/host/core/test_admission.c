// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_admission.c - who may start, by table
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/core/admission.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
enum { HOST = 1, GROUP = 2 };

/* A host with 14 GiB free and 2 reserved: 12 to give away. */
static const struct domain host = {
	.name = "the host",
	.total = 16 * GIB,
	.room = 10 * GIB,
	.reclaimable = 4 * GIB,
	.reserve = 2 * GIB,
};

static struct decision decide(const struct claim *claims, size_t n,
			      uint64_t need)
{
	const struct snapshot s = {
		.domain = &host,
		.domains = 1,
		.claim = claims,
		.claims = n,
	};
	const struct applicant a = { .domains = HOST, .need = need };

	return admission_decide(&s, &a);
}

static const struct {
	const char *what;
	struct claim claim[3];
	uint64_t need;
	enum admission expected;
} formula[] = {
	{ "nobody else", { { 0 } }, 12 * GIB, ADMIT },
	{ "a byte too much", { { 0 } }, 12 * GIB + 1, NEVER },
	{ "one that has touched all it has: it is not free any more",
	  { { HOST, false, 8 * GIB, 8 * GIB } },
	  12 * GIB,
	  ADMIT },
	{ "one that has touched nothing yet",
	  { { HOST, false, 8 * GIB, 0 } },
	  4 * GIB,
	  ADMIT },
	{ "the same, a byte too much",
	  { { HOST, false, 8 * GIB, 0 } },
	  4 * GIB + 1,
	  NEVER },
	{ "one that holds more than it was to: not less than nothing",
	  { { HOST, false, 1 * GIB, 3 * GIB } },
	  12 * GIB,
	  ADMIT },
	{ "one that drains, and is waited for",
	  { { HOST, true, 8 * GIB, 6 * GIB } },
	  18 * GIB,
	  WAIT_FOR_DRAIN },
	{ "one that drains, and is not enough",
	  { { HOST, true, 8 * GIB, 6 * GIB } },
	  18 * GIB + 1,
	  NEVER },
	{ "one that drains, and need not be waited for",
	  { { HOST, true, 8 * GIB, 6 * GIB } },
	  12 * GIB,
	  ADMIT },
	{ "more promised than there is: what drains is owed first",
	  { { HOST, false, 20 * GIB, 0 }, { HOST, true, 0, 9 * GIB } },
	  1 * GIB,
	  WAIT_FOR_DRAIN },
	{ "the same, a byte too much",
	  { { HOST, false, 20 * GIB, 0 }, { HOST, true, 0, 9 * GIB } },
	  1 * GIB + 1,
	  NEVER },
	{ "one of another domain",
	  { { GROUP, false, 99 * GIB, 0 } },
	  12 * GIB,
	  ADMIT },
	{ "numbers without sense",
	  { { HOST, false, UINT64_MAX, 0 },
	    { HOST, false, UINT64_MAX, 0 },
	    { HOST, true, 0, UINT64_MAX } },
	  1,
	  WAIT_FOR_DRAIN },
	{ "a need without sense", { { 0 } }, UINT64_MAX, NEVER },
};

static void decision_is_by_the_formula(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formula); i++) {
		struct decision d =
			decide(formula[i].claim, ARRAY_SIZE(formula[i].claim),
			       formula[i].need);

		if (d.what != formula[i].expected)
			fail_msg("%s: %d", formula[i].what, (int)d.what);
	}
}

static void decision_is_that_of_the_tightest_domain(void **state)
{
	const struct domain domains[] = {
		host,
		{ .name = "/vms", .total = 8 * GIB, .room = 3 * GIB },
	};
	const struct claim claim = { HOST | GROUP, true, 4 * GIB, 2 * GIB };
	const struct snapshot s = {
		.domain = domains,
		.domains = 2,
		.claim = &claim,
		.claims = 1,
	};
	struct applicant a = { .domains = HOST | GROUP, .need = 3 * GIB };
	struct decision d;

	(void)state;
	assert_int_equal(admission_decide(&s, &a).what, ADMIT);
	a.need = 5 * GIB;
	d = admission_decide(&s, &a);
	assert_int_equal(d.what, WAIT_FOR_DRAIN);
	assert_int_equal(d.domain, 1);
	a.need = 6 * GIB;
	assert_int_equal(admission_decide(&s, &a).what, NEVER);
	a.domains = HOST; /* one that is not below /vms */
	assert_int_equal(admission_decide(&s, &a).what, ADMIT);
	a.domains = 0;
	assert_int_equal(admission_decide(&s, &a).what, NEVER);
}

static void turn_is_by_priority_then_arrival(void **state)
{
	/* the large one came first, and what it needs still drains */
	static const struct applicant waiting[] = {
		{ HOST, 0, 10, 14 * GIB },
		{ HOST, 0, 20, 1 * GIB },
		{ HOST, 5, 30, 1 * GIB },
		{ GROUP, 9, 1, 1 * GIB },
	};
	static const enum admission expected[] = {
		WAIT_FOR_DRAIN,
		WAIT_FOR_TURN,
		ADMIT,
	};
	static const size_t ahead[] = { 1, 2, 0 };
	const struct claim claim = { HOST, true, 8 * GIB, 6 * GIB };
	const struct snapshot s = {
		.domain = &host,
		.domains = 1,
		.claim = &claim,
		.claims = 1,
		.waiting = waiting,
		.waiters = ARRAY_SIZE(waiting),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		struct decision d = admission_decide(&s, &waiting[i]);

		assert_int_equal(d.what, expected[i]);
		assert_int_equal(d.ahead, ahead[i]);
	}
}

/* Of three groups of a host with room: one is full, and somebody waits in it.
 */
static void turn_is_kept_where_somebody_is_held_up(void **state)
{
	enum { FULL = 2, OTHER = 4 };
	const struct domain domains[] = {
		host,
		{ .name = "/full", .total = 4 * GIB, .room = 1 * GIB },
		{ .name = "/other", .total = 8 * GIB, .room = 8 * GIB },
	};
	const struct claim claim = { HOST | FULL, true, 0, 3 * GIB };
	struct applicant waiting[] = { { HOST | FULL, 0, 10, 2 * GIB } };
	const struct snapshot s = { domains, 3, &claim, 1, waiting, 1 };
	const struct applicant beside = { HOST | OTHER, 0, 20, 1 * GIB };
	const struct applicant behind = { HOST | FULL, 0, 20, 1 * GIB };
	struct decision d = admission_decide(&s, &waiting[0]);

	(void)state;
	assert_int_equal(d.what, WAIT_FOR_DRAIN);
	assert_int_equal(d.held, FULL);
	assert_int_equal(admission_decide(&s, &beside).what, WAIT_FOR_TURN);
	waiting[0].domains = d.held; /* as the ledger has it from then on */
	assert_int_equal(admission_decide(&s, &beside).what, ADMIT);
	assert_int_equal(admission_decide(&s, &beside).held, 0);
	d = admission_decide(&s, &behind);
	assert_int_equal(d.what, WAIT_FOR_TURN);
	assert_int_equal(d.held, FULL);
	assert_int_equal(d.ahead, 1);
}

static void reserve_is_three_percent_or_half_a_gib(void **state)
{
	(void)state;
	assert_int_equal(admission_reserve(4 * GIB), 512 * MIB);
	assert_int_equal(admission_reserve(1000 * GIB), 30 * GIB);
	assert_int_equal(admission_reserve(0), 512 * MIB);
	assert_in_range(admission_reserve_below(1 * GIB), 30 * MIB, 31 * MIB);
	assert_int_equal(admission_reserve_below(1000 * GIB), 512 * MIB);
}

static void headroom_is_what_may_be_promised_still(void **state)
{
	const struct claim claims[] = { { HOST, false, 8 * GIB, 1 * GIB },
					{ HOST, true, 0, 9 * GIB } };
	struct decision d = decide(claims, 2, 0);

	(void)state;
	assert_int_equal(admission_headroom(&d), 5 * GIB);
	d = decide(claims, 1, 99 * GIB);
	assert_int_equal(admission_headroom(&d), 5 * GIB);
}

static void sentence_of_a_cgroup_says_which(void **state)
{
	const struct domain domains[] = {
		host,
		{ .name = "the cgroup /vms", .total = GIB, .room = GIB },
	};
	const struct snapshot s = { .domain = domains, .domains = 2 };
	const struct applicant a = { HOST | GROUP, 0, 0, 2 * GIB };
	struct decision d = admission_decide(&s, &a);
	char text[ADMISSION_TEXT];

	(void)state;
	admission_sentence(&s, &d, text, sizeof(text));
	assert_string_equal(
		text, "it needs 2.0 GiB, and the cgroup /vms has 1.0 GiB to "
		      "spare and 0.0 KiB draining, of 1.0 GiB with 0.0 KiB "
		      "reserved: stop another appliance, raise the limit "
		      "there or give this one less memory");
}

static void sentence_has_the_numbers(void **state)
{
	static const struct {
		uint64_t need, drains;
		const char *text;
	} cases[] = {
		{ 3 * GIB, 0,
		  "it needs 3.0 GiB, and the host has 12.0 GiB to spare" },
		{ 13 * GIB, 2 * GIB,
		  "it needs 13.0 GiB, and the host has 12.0 GiB to spare and "
		  "2.0 GiB draining" },
		{ 99 * GIB, 512 * MIB,
		  "it needs 99.0 GiB, and the host has 12.0 GiB to spare and "
		  "512.0 MiB draining, of 16.0 GiB with 2.0 GiB reserved: stop "
		  "another appliance or give this one less memory" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct claim claim = { HOST, true, 0, cases[i].drains };
		const struct snapshot s = {
			.domain = &host,
			.domains = 1,
			.claim = &claim,
			.claims = 1,
		};
		const struct applicant a = { HOST, 0, 0, cases[i].need };
		struct decision d = admission_decide(&s, &a);
		char text[ADMISSION_TEXT];

		admission_sentence(&s, &d, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

/* Of @held, @back came back in each of two seconds. */
static const char *progress_of(uint64_t held, uint64_t back)
{
	static char text[ADMISSION_TEXT];
	struct drain_outlook o;
	struct drain d;

	drain_begin(&d, held, 1000000);
	for (uint64_t s = 1; s <= 2 && back; s++)
		drain_sample(&d, held - s * back, (1 + s) * 1000000);
	o = drain_outlook(&d);
	admission_progress(d.held_first, d.held_now, &o, text, sizeof(text));
	return text;
}

static void progress_tells_rate_and_rest(void **state)
{
	(void)state;
	assert_string_equal(progress_of(64 * GIB, 2 * GIB),
			    "4.0 of 64.0 GiB, 2.0 GiB/s, 30 s left");
	assert_string_equal(progress_of(64 * GIB, 0), "0.0 of 64.0 GiB");
	assert_string_equal(progress_of(64 * GIB, 32 * GIB),
			    "64.0 of 64.0 GiB");
	assert_string_equal(progress_of(2048 * GIB, 8 * MIB),
			    "0.0 of 2.0 TiB, 8.0 MiB/s, over a day left");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decision_is_by_the_formula),
		cmocka_unit_test(decision_is_that_of_the_tightest_domain),
		cmocka_unit_test(turn_is_by_priority_then_arrival),
		cmocka_unit_test(turn_is_kept_where_somebody_is_held_up),
		cmocka_unit_test(reserve_is_three_percent_or_half_a_gib),
		cmocka_unit_test(headroom_is_what_may_be_promised_still),
		cmocka_unit_test(sentence_has_the_numbers),
		cmocka_unit_test(sentence_of_a_cgroup_says_which),
		cmocka_unit_test(progress_tells_rate_and_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
