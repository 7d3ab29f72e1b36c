// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_next.c - QEMU of Debian's next release
 *
 * That it is what runs where a test says so (ON_NEXT, both.h), and how it is
 * told to tear down asynchronously.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/qemu/proc.h"

static void exe_of(pid_t pid, char path[256])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	n = readlink(link, path, 255);
	assert_true(n > 0);
	path[n] = '\0';
}

static void next_qemu_is_what_runs(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	char text[8192];
	const char *how;
	ssize_t n;
	pid_t qemu;

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	qemu = (pid_t)rig_number(r, "pid");
	exe_of(qemu, text);
	assert_non_null(strstr(text, "/peers-"));
	n = proc_read(qemu, "cmdline", text, sizeof(text));
	assert_true(n > 0);
	how = proc_argument(text, (size_t)n, "-run-with", 0);
	assert_non_null(how);
	assert_string_equal(how, "async-teardown=on");
	assert_true(rig_number(r, "helper") > 0);
	RIG_DO(r, "stop", "guest", "--wait-memory");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_NEXT(next_qemu_is_what_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
