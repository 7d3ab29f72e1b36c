// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_port.c - a port on which anything may come
 *
 * The stand-in puts the same noise around every message, in every state:
 * before HELLO, before READY, while it serves, before INTENT, before QUIESCED,
 * and after COMMIT.
 */
#include "tests/integration/both.h"

#include "tests/integration/stub_image.h"
#include "tests/pvmodel/model.h"

static void noise_in_every_state_is_counted_and_nothing_else(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	json_int_t qemu;

	rig_run_model(r, "garbage", "");
	rig_await_ready(r);
	qemu = rig_number(r, "pid");
	assert_true(rig_number(r, "frames_dropped") >= 2 * NOISE_FRAMES);
	RIG_DO(r, "reboot", "under-test", "--wait");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_int_equal(rig_number(r, "pid"), qemu);
	assert_int_equal(rig_number(r, "boot"), 2);
	/* six times in the first boot, before HELLO and READY of the second */
	assert_int_equal(rig_number(r, "frames_dropped"), 8 * NOISE_FRAMES);
	assert_int_equal(rig_number(r, "agent_dropped"), 8 * NOISE_REFUSED);
	RIG_DO(r, "stop", "under-test");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(noise_in_every_state_is_counted_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
