// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_qmp.c - a program called qemu that is none
 *
 * It answers the probe, so that it is started, and then does on its monitor
 * what QEMU never does (tests/pvmodel/rogue.c).
 */
#include "tests/integration/both.h"

#include <string.h>

#include "common/array.h"
#include "tests/integration/stub_image.h"

static const char never[] = "boot-timeout = 2 s\n[restart]\npolicy = never\n";

/* One sentence that says how, an end with a cause, and nothing left behind. */
static void monitor_that_is_none_is_told_and_ended(void **state)
{
	static const struct {
		const char *script, *said;
	} rogues[] = {
		{ "qmp-alien", "it does not greet as QEMU does" },
		{ "qmp-wrong-id", "it answers what was not asked" },
		{ "qmp-endless", "one of its lines does not end" },
		{ "qmp-deep", "it says what QEMU never says" },
	};
	struct rig *r = &((struct both *)*state)->rig;

	for (size_t i = 0; i < ARRAY_SIZE(rogues); i++) {
		if (i)
			rig_open(r);
		rig_run_model(r, rogues[i].script, never);
		rig_await_said(r, rogues[i].said);
		rig_await_said(r, "see that qemu in [appliance]");
		assert_true(rig_await_end(r) >= 64);
		rig_assert_nothing_left(r);
		rig_close(r);
	}
}

static void monitor_that_stalls_is_a_boot_timeout(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "qmp-half", never);
	assert_true(rig_await_end(r) >= 64);
	rig_assert_nothing_left(r);
}

static void monitor_that_leaves_is_ended(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "qmp-leaves", never);
	assert_true(rig_await_end(r) >= 64);
	rig_assert_nothing_left(r);
}

static void flood_of_events_disturbs_nobody(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "qmp-flood", "");
	rig_await_ready(r);
	RIG_DO(r, "reboot", "under-test", "--wait");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	RIG_DO(r, "stop", "under-test");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(monitor_that_is_none_is_told_and_ended),
		ON_MODEL(monitor_that_stalls_is_a_boot_timeout),
		ON_MODEL(monitor_that_leaves_is_ended),
		ON_MODEL(flood_of_events_disturbs_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
