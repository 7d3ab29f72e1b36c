// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_v2_host.c - a host with cgroup v2, and what runs there
 *
 * Theory of operation: the machine that tests run on may have no cgroup v2, or
 * not the right to limit a group. A guest has both. Its image (tests/v2host)
 * holds the shim as it ships, the stand-in for QEMU, and tests of them; it is
 * booted once, and each test here waits for what the guest's console says of
 * the one of its name, and repeats it when that failed.
 *
 * It is of this machine's architecture only: what runs in it is the shim, as a
 * host has it, and this machine's libraries; no kernel of the other guests has
 * what a host needs (tests/v2host/image/kernel.config). What the other one would
 * cost: docs/facts.md, 11.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "tests/v2host/tests.h"

static struct rig rig;

static int boot(void **state)
{
	struct utsname u;

	(void)state;
	uname(&u);
	rig_open(&rig);
	rig_run_file(&rig, rig_image(u.machine, "v2host"),
		     "[restart]\npolicy = never\n");
	rig_watch_console(&rig);
	return 0;
}

static int end(void **state)
{
	(void)state;
	rig_close(&rig);
	return 0;
}

/* One of cmocka's lines about a test. */
static bool is_on_console(const char *word, const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "[%s] %s\r\n", word, name);
	return strstr(rig.console.text[CHILD_OUT], line) != NULL;
}

/* From where the test begins. */
static const char *tale_of(const char *name)
{
	const char *console = rig.console.text[CHILD_OUT];
	const char *from;
	char line[128];

	snprintf(line, sizeof(line), "[ RUN      ] %s\r\n", name);
	from = strstr(console, line);
	return from ? from : console;
}

static void await_verdict(const char *name)
{
	int64_t end_ms = child_deadline();
	size_t heard = 0;

	while (!is_on_console("       OK ", name)) {
		if (rig.console.len[CHILD_OUT] != heard)
			end_ms = child_deadline(); /* it goes on */
		heard = rig.console.len[CHILD_OUT];
		if (is_on_console("  FAILED  ", name) ||
		    is_on_console("  ERROR   ", name) || rig.console.ended ||
		    !child_poll(&rig.console, -1, end_ms))
			fail_msg("on the v2 host: %s", tale_of(name));
	}
}

#define TEST(name)                                                             \
	void name(void **state)                                                \
	{                                                                      \
		(void)state;                                                   \
		await_verdict(#name);                                          \
	}
V2HOST_TESTS
#undef TEST

/* Its PID 1 proves that no process and no mount of the tests is left. */
static void guest_ends_in_order(void **state)
{
	(void)state;
	rig_assert_end(&rig, 0);
	rig_assert_nothing_left(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test(name),
		V2HOST_TESTS
#undef TEST
			cmocka_unit_test(guest_ends_in_order),
	};

	return cmocka_run_group_tests(tests, boot, end);
}
