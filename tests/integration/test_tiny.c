// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_tiny.c - the guest of configs/tiny
 *
 * Built into build/tiny beside the full one: no network, storage or watchdog
 * of its own, and still a guest that boots, serves and ends as it should.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "common/msg.h"

static void tiny_guest_boots_reboots_and_stops(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	char image[64];

	snprintf(image, sizeof(image), "build/tiny/%s/image/guest", b->arch);
	rig_run(r, image, "guest");
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "boot_stage"), BOOT_READY);
	RIG_DO(r, "reboot", "guest");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* Each option that is not there is refused where an image is made of it. */
static void tiny_builder_knows_no_network(void **state)
{
	struct utsname u;
	const char *const argv[] = {
		"image/build", "tests/integration/images/devices",
		u.machine,     "build/tiny",
		u.machine,     NULL
	};
	struct child c;

	(void)state;
	uname(&u);
	assert_int_equal(child_start(&c, argv, -1), 0);
	assert_true(child_await_end(&c));
	assert_int_not_equal(c.code, 0);
	assert_non_null(strstr(c.text[CHILD_ERR], "unknown section [network]"));
	child_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(tiny_guest_boots_reboots_and_stops),
		cmocka_unit_test(tiny_builder_knows_no_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
