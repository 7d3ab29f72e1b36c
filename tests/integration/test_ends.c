// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_ends.c - what a payload's exit status means
 *
 * Its image (tests/integration/images/ends) starts its payload again whatever
 * its status is, but for those that mean a power-off or an update. Its address
 * comes by DHCP: a page that is served shows it.
 */
#include "tests/integration/both.h"

static void start(struct both *b)
{
	rig_run(&b->rig, rig_image(b->arch, "ends"), "ends");
	rig_watch_console(&b->rig);
	rig_await_ready(&b->rig);
}

static void payload_that_succeeds_is_started_again(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	rig_poke(r, "/cgi-bin/exit?0");
	rig_await_console(r, "payload: start 2 serves");
	rig_poke(r, "/cgi-bin/exit?1");
	rig_await_console(r, "payload: start 3 serves");
	assert_int_equal(rig_number(r, "boot"), 1);
	RIG_DO(r, "stop", "ends");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void status_that_means_update_restarts_in_full(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	rig_poke(r, "/cgi-bin/exit?7");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "update");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	assert_int_equal(rig_number(r, "generation"), 2);
	RIG_DO(r, "stop", "ends");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void status_that_means_poweroff_ends_it(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	rig_poke(r, "/cgi-bin/exit?6");
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(payload_that_succeeds_is_started_again),
		ON_BOTH(status_that_means_update_restarts_in_full),
		ON_BOTH(status_that_means_poweroff_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
