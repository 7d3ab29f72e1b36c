// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_logs.c - a QEMU that writes a lot
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <sys/stat.h>

#include "host/qemu/logs.h"

/* Each block of instructions that it translates: a megabyte a second. */
static const char talkative[] =
	"[unsupported]\nqemu-argument = -d\nqemu-argument = in_asm\n";

static void log_without_end_fills_no_disk(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	char path[256];
	struct stat st;

	rig_run_file(r, rig_image(b->arch, "guest"), talkative);
	rig_await_said(r, "qemu.log: only the last 64 KiB of it are kept");
	snprintf(path, sizeof(path), "%s/%s/qemu.log", r->runtime, r->name);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > LOGS_MOST);
	assert_true(st.st_blocks < 2 * LOGS_MOST / 512);
	RIG_DO(r, "stop", r->name, "--now");
	rig_assert_end(r, 76);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(log_without_end_fills_no_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
