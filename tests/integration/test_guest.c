// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_guest.c - ends that the guest begins
 *
 * Its image (tests/integration/images/guest) does what its page do?WHAT says.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>

static void start(struct both *b)
{
	rig_run(&b->rig, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(&b->rig);
}

static void assert_boot(struct both *b, int generation, int boot)
{
	char facts[256];

	snprintf(facts, sizeof(facts),
		 "ARCH=%s\nGENERATION=%d\nBOOT=%d\nEPOCH=%s\n", b->arch,
		 generation, boot, rig_word(&b->rig, "epoch"));
	assert_non_null(strstr(rig_get(&b->rig, "/cgi-bin/facts"), facts));
}

static void assert_last(struct rig *r, const char *cause, const char *strategy)
{
	assert_string_equal(rig_last(r, "cause"), cause);
	assert_string_equal(rig_last(r, "strategy"), strategy);
}

static void guest_that_asks_gets_what_it_asked_for(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_int_t qemu;

	start(b);
	qemu = rig_number(r, "pid");
	rig_poke(r, "/cgi-bin/do?reboot");
	rig_await_ready(r);
	assert_boot(b, 1, 2);
	assert_last(r, "clean reboot", "in place");
	assert_int_equal(rig_number(r, "pid"), qemu);
	rig_poke(r, "/cgi-bin/do?poweroff");
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	rig_assert_nothing_left(r);
}

static void payload_that_fails_is_rebooted_cleanly(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	rig_poke(r, "/cgi-bin/do?exit");
	rig_await_ready(r);
	assert_boot(b, 1, 2);
	assert_last(r, "payload failed", "in place");
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void guest_that_ends_unasked_is_never_reset_in_place(void **state)
{
	static const struct {
		const char *page, *cause;
	} ends[] = {
		{ "/cgi-bin/do?reset", "reset without intent" },
		{ "/cgi-bin/do?halt", "power-off without intent" },
		{ "/cgi-bin/do?panic", "guest panic" },
	};
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	for (int i = 0; i < 3; i++) {
		json_int_t qemu = rig_number(r, "pid");

		rig_poke(r, ends[i].page);
		rig_await_ready(r);
		assert_boot(b, i + 2, 1);
		assert_last(r, ends[i].cause, "drain first");
		assert_true(rig_number(r, "pid") != qemu);
	}
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(guest_that_asks_gets_what_it_asked_for),
		ON_BOTH(payload_that_fails_is_rebooted_cleanly),
		ON_BOTH(guest_that_ends_unasked_is_never_reset_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
