// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_random.c - restarts at random where not all fits twice
 *
 *	SOAK_SECONDS=300     so long, not so many restarts, guests twice as large
 *	SOAK_SEED=7          another draw
 *
 * The second test is the control: the same appliances in the same space, begun
 * again in the same way, but told to start whether there is memory or not.
 * `make soak` is the long run of both, with its figures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/integration/fleet.h"

enum {
	SEED = 5,
	MIB_HERE = 1024,
	RESTARTS_HERE = 20,
	SECONDS_HERE = 40,
	SECONDS_CONTROL = 240, /* it ends as soon as it is over */
};

static struct fleet fleet;

static uint32_t number_of(const char *name, uint32_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

static bool open_fleet(bool guard)
{
	uint32_t seconds = number_of("SOAK_SECONDS", 0);
	struct fleet_plan plan = {
		.guard = guard,
		.seed = number_of("SOAK_SEED", SEED),
		.mib = MIB_HERE,
		.at_most = guard ? RESTARTS_HERE : UINT32_MAX,
		.at_most_ms = 1000 * (guard ? SECONDS_HERE : SECONDS_CONTROL),
		.until_over = !guard,
	};

	if (seconds) {
		plan.mib *= 2;
		plan.at_most = UINT32_MAX;
		plan.at_most_ms = 1000 * (int64_t)seconds;
		plan.until_over = false;
	}
	return fleet_open(&fleet, &plan);
}

static int close_fleet(void **state)
{
	(void)state;
	fleet_close(&fleet);
	return 0;
}

static void guard_keeps_the_reserve_and_everybody_alive(void **state)
{
	(void)state;
	if (!open_fleet(true))
		skip();
	fleet_run(&fleet);
	fleet_tell(&fleet);
	assert_false(fleet_over(&fleet));
	assert_int_equal(space_kills(&fleet.space), 0);
	assert_true(fleet_waited(&fleet) > 0);
	fleet_stop(&fleet);
}

static void without_the_guard_the_reserve_is_gone(void **state)
{
	(void)state;
	if (!open_fleet(false))
		skip();
	fleet_run(&fleet);
	fleet_tell(&fleet);
	assert_true(fleet_over(&fleet));
}

#define IN_FLEET(test) cmocka_unit_test_teardown(test, close_fleet)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FLEET(guard_keeps_the_reserve_and_everybody_alive),
		IN_FLEET(without_the_guard_the_reserve_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
