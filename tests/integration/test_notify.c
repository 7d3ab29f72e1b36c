// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_notify.c - a payload that speaks by sd_notify(3)
 *
 * In its image (tests/integration/images/notify) a command that ends at once
 * says each word, gone or not by the time at which PID 1 reads it.
 */
#include "tests/integration/both.h"

#include <string.h>

static void start(struct both *b)
{
	rig_run_file(&b->rig, rig_image(b->arch, "notify"),
		     "[network]\nforward = 80\n[restart]\npolicy = never\n");
	rig_watch_console(&b->rig);
	rig_await_ready(&b->rig);
}

static void payload_that_says_how_it_is_lives_and_ends_in_its_time(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	rig_await_console(r, "payload: start 1, told every 4000000");
	rig_await_console(r, "payload: sign 10"); /* over more than 4 s */
	RIG_DO(r, "stop", r->name);
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	rig_await_console(r, "payload: ended by itself"); /* 2 s too late */
	rig_assert_nothing_left(r);
	assert_null(strstr(r->console.text[CHILD_OUT], "payload killed"));
}

static void payload_that_hangs_is_killed_until_it_is_too_often(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	rig_poke(r, "/cgi-bin/do?stopping");
	rig_await_console(r, "payload killed: it said that it stops, and did");
	rig_await_console(r, "payload: start 2,");
	rig_poke(r, "/cgi-bin/do?hang");
	rig_await_console(r, "payload killed: no sign of life");
	rig_await_console(r, "payload: start 3,");
	rig_poke(r, "/cgi-bin/do?hang");
	rig_await_console(r, "power-off wanted: the payload ended too often");
	rig_assert_end(r, 83);
	rig_await_said(r, "payload gave up");
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(payload_that_says_how_it_is_lives_and_ends_in_its_time),
		ON_BOTH(payload_that_hangs_is_killed_until_it_is_too_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
