// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_hang.c - who hangs is ended, in time and with a cause
 *
 * In its image (tests/integration/images/stuck) two seconds are all that the
 * disks' step has, and the payload for a sign of life. PID 1 and kernels that
 * hang: test_devices, for it has the watchdog.
 */
#include "tests/integration/both.h"

#include <stdio.h>

#include "tests/integration/disks.h"

enum { LIMIT_MS = 2000, SLACK_MS = 45000 }; /* a busy host, and TCG */

static void run(struct both *b, const char *lines)
{
	char text[256];

	snprintf(text, sizeof(text), "[restart]\npolicy = never\n%s", lines);
	rig_run_file(&b->rig, rig_image(b->arch, "stuck"), text);
	rig_watch_console(&b->rig);
}

static void assert_ends_in_time(struct rig *r, int code)
{
	int64_t end_ms =
		child_deadline() - CHILD_DEADLINE_MS + LIMIT_MS + SLACK_MS;

	rig_assert_end(r, code);
	assert_true(child_left(end_ms) > 0);
}

static void step_that_hangs_is_a_boot_that_failed(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	disks_make_ext4(r, "one.img", "one");
	run(b, "[storage]\ndisk = data-1 one.img\n");
	rig_await_console(r, "stage 5 ");
	assert_ends_in_time(r, 84);
	rig_await_said(r, "boot failed");
	rig_await_said(r, "stage 7, storage, failed (Operation timed out)");
	rig_await_console(r, "storage: not done within 2000 ms");
	rig_await_console(r, "quiet: "); /* nobody of the step is left */
	rig_assert_nothing_left(r);
}

static void payload_that_hangs_is_told_apart(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	run(b, "");
	rig_await_ready(r);
	assert_ends_in_time(r, 85);
	rig_await_said(r, "payload hung");
	rig_await_console(r, "disk data-1 is absent: skipped");
	rig_await_console(r, "payload killed: no sign of life");
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(step_that_hangs_is_a_boot_that_failed),
		ON_BOTH(payload_that_hangs_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
