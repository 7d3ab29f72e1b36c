// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_rights.c - who QEMU and its helper are
 *
 * Skipped where the tests do not run as root.
 */
#include "tests/integration/both.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char as_nobody[] = "user = nobody\n";

/* One line of /proc/PID/status; static */
static const char *status_line(struct rig *r, json_int_t pid, const char *key)
{
	static char line[256];
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		rig_fail(r, path);
	do
		assert_non_null(fgets(line, sizeof(line), f));
	while (strncmp(line, key, strlen(key)) != 0);
	fclose(f);
	return line;
}

static void assert_is_nobody(struct rig *r, json_int_t pid)
{
	unsigned int uid = (unsigned int)getpwnam("nobody")->pw_uid;
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "Uid:\t%u\t%u\t%u\t%u\n", uid, uid,
		 uid, uid);
	assert_string_equal(status_line(r, pid, "Uid:"), wanted);
	assert_string_equal(status_line(r, pid, "CapEff:"),
			    "CapEff:\t0000000000000000\n");
	assert_string_equal(status_line(r, pid, "CapPrm:"),
			    "CapPrm:\t0000000000000000\n");
}

static void qemu_and_helper_are_another_user(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	if (geteuid() != 0)
		skip();
	rig_run_file(r, rig_image(b->arch, "guest"), as_nobody);
	rig_await_ready(r);
	assert_is_nobody(r, rig_number(r, "pid"));
	assert_is_nobody(r, rig_number(r, "helper"));
	assert_string_equal(status_line(r, rig_number(r, "pid"), "Seccomp:"),
			    "Seccomp:\t2\n"); /* its own sandbox */
	RIG_DO(r, "stop", r->name);
	assert_int_equal(rig_await_end(r), 0);
	rig_assert_nothing_left(r);
}

static void other_user_is_restarted_both_ways(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	if (geteuid() != 0)
		skip();
	rig_run_file(r, rig_image(b->arch, "guest"), as_nobody);
	rig_await_ready(r);
	RIG_DO(r, "reboot", r->name, "--in-place", "--wait");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	RIG_DO(r, "reboot", r->name, "--full", "--wait");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_is_nobody(r, rig_number(r, "pid"));
	assert_is_nobody(r, rig_number(r, "helper"));
	RIG_DO(r, "stop", r->name);
	assert_int_equal(rig_await_end(r), 0);
	rig_assert_nothing_left(r);
}

/* In a directory that the other user cannot even enter. */
static void disk_that_only_root_may_open_is_handed_over(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	char lines[512], disk[256];

	if (geteuid() != 0)
		skip();
	snprintf(disk, sizeof(disk), "%s", rig_write(r, "disk", ""));
	assert_int_equal(truncate(disk, 1 << 20), 0);
	assert_int_equal(chmod(disk, 0600), 0);
	snprintf(lines, sizeof(lines), "%s[storage]\ndisk = data-1 %s\n",
		 as_nobody, disk);
	rig_run_file(r, rig_image(b->arch, "guest"), lines);
	rig_await_ready(r);
	RIG_DO(r, "reboot", r->name, "--full", "--wait"); /* opened anew */
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_is_nobody(r, rig_number(r, "pid"));
	RIG_DO(r, "stop", r->name);
	assert_int_equal(rig_await_end(r), 0);
	rig_assert_nothing_left(r);
}

static void shim_keeps_no_right_that_it_does_not_need(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	uint64_t left;

	if (geteuid() != 0)
		skip();
	rig_run_file(r, rig_image(b->arch, "guest"), as_nobody);
	rig_await_ready(r);
	left = strtoull(status_line(r, r->shim.pid, "CapPrm:") + 7, NULL, 16);
	assert_int_equal(left & (1U << 12), 0); /* CAP_NET_ADMIN */
	assert_int_equal(left & (1U << 21), 0); /* CAP_SYS_ADMIN */
	assert_int_equal(left & (3U << 6), 0);	/* CAP_SETGID, CAP_SETUID */
	assert_string_equal(status_line(r, r->shim.pid, "NoNewPrivs:"),
			    "NoNewPrivs:\t1\n");
	RIG_DO(r, "stop", r->name);
	assert_int_equal(rig_await_end(r), 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(qemu_and_helper_are_another_user),
		ON_BOTH(other_user_is_restarted_both_ways),
		ON_BOTH(disk_that_only_root_may_open_is_handed_over),
		ON_ONE(shim_keeps_no_right_that_it_does_not_need, x86_64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
