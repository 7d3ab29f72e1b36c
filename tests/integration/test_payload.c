// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_payload.c - a payload in its box, and how it ends
 *
 * Its image (tests/integration/images/box) serves as a user who may do next to
 * nothing, and is started again after a failure, three times.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>

static void start(struct both *b)
{
	rig_run(&b->rig, rig_image(b->arch, "box"), "box");
	rig_await_ready(&b->rig);
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", "box");
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	rig_assert_nothing_left(r);
}

static void await_start(struct rig *r, int start)
{
	char text[48];

	snprintf(text, sizeof(text), "payload: start %d serves", start);
	rig_await_console(r, text);
}

static void payload_in_its_box_is_what_the_image_says(void **state)
{
	static const char *const facts[] = {
		"user 1000 group 6 in 6\n",
		"CapPrm:\t0000000000000400\n",
		"CapEff:\t0000000000000400\n",
		"CapBnd:\t0000000000000400\n",
		"NoNewPrivs:\t1\n",
		"umask 0027\n",
		"Max core file size        0                    0 ",
		"Max open files            64                   64 ",
		"in /tmp greeting hi\n",
		"0::/payload\n",
		"memory 25165824 pids 32\n",
		" / / ro - ",
	};
	struct both *b = *state;
	struct rig *r = &b->rig;
	const char *page;

	start(b);
	page = rig_get(r, "/cgi-bin/do?box");
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (!strstr(page, facts[i]))
			rig_fail(r, facts[i]);
	stop(r);
}

static void
payload_that_fails_is_started_again_until_it_is_too_often(void **state)
{
	static const struct {
		const char *page, *said;
	} ends[] = {
		{ "crash", "payload killed by signal 11" },
		{ "memory", "payload killed by signal 9, out of memory" },
		{ "ill", "payload killed: its health command failed 2 times" },
		{ "crash", "reboot wanted: the payload ended too often" },
	};
	struct both *b = *state;
	struct rig *r = &b->rig;
	char page[64];

	start(b);
	rig_watch_console(r);
	for (int i = 0; i < 4; i++) {
		await_start(r, i + 1);
		assert_int_equal(rig_number(r, "boot"), 1);
		snprintf(page, sizeof(page), "/cgi-bin/do?%s", ends[i].page);
		rig_poke(r, page);
		rig_await_console(r, ends[i].said);
	}
	rig_await_ready(r); /* on-give-up = reboot */
	assert_string_equal(rig_last(r, "cause"), "payload gave up");
	assert_int_equal(rig_number(r, "boot"), 2);
	assert_non_null(strstr(rig_get(r, "/cgi-bin/do?starts"), "starts 1\n"));
	stop(r);
}

static void payload_may_exit_with_a_status_that_means_reboot(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	rig_poke(r, "/cgi-bin/do?reboot");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	stop(r);
}

static void payload_that_floods_the_console_is_not_held_up(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	assert_non_null(strstr(rig_get(r, "/cgi-bin/do?flood"), "flooded"));
	rig_poke(r, "/cgi-bin/do?stdout");
	stop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(payload_in_its_box_is_what_the_image_says),
		ON_BOTH(payload_that_fails_is_started_again_until_it_is_too_often),
		ON_BOTH(payload_may_exit_with_a_status_that_means_reboot),
		ON_BOTH(payload_that_floods_the_console_is_not_held_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
