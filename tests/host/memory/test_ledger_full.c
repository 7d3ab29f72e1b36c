// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_ledger_full.c - a ledger that has no place
 *
 * Without room: that is a small tmpfs in a mount namespace of this test program's
 * own, which only root can have.
 */
#include "tests/host/memory/ledger_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static bool mounts; /* may be made */
static char ballast[SCRATCH_PATH];

static int set_up(void **state)
{
	rig_set_up(state);
	scratch_path(&rig_scratch, "ballast", ballast);
	return mounts ? mount("run", rig_scratch.dir, "tmpfs", 0, "size=256k")
		      : 0;
}

static int tear_down(void **state)
{
	if (mounts)
		umount2(rig_scratch.dir, MNT_DETACH);
	return rig_tear_down(state);
}

static void fill(void)
{
	static const char zeros[4096];
	int fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void ledger_has_its_room_before_others_take_it(void **state)
{
	static struct promise_slot p[LEDGER_SLOTS];

	(void)state;
	if (!mounts)
		skip();
	assert_int_equal(ledger_make(rig_path, rig_error), 0);
	fill();
	for (size_t i = 0; i < LEDGER_SLOTS; i++)
		assert_int_equal(rig_join(&p[i], 1, &rig_alone), 0);
	for (size_t i = 0; i < LEDGER_SLOTS; i++)
		ledger_leave(&p[i]);
}

static void ledger_without_room_says_so_until_there_is_some(void **state)
{
	struct promise_slot p;

	(void)state;
	if (!mounts)
		skip();
	fill();
	assert_int_equal(ledger_make(rig_path, rig_error), 0);
	assert_int_equal(rig_join(&p, 1, &rig_alone), -ENOSPC);
	assert_non_null(strstr(rig_error, "/ledger: its file system is full"));
	assert_int_equal(p.fd, -1);
	assert_int_equal(unlink(ballast), 0);
	assert_int_equal(rig_start(&p, 1, &rig_alone), ADMIT);
	ledger_leave(&p);
}

static void directory_in_its_place_is_one_sentence(void **state)
{
	struct promise_slot p;

	(void)state;
	assert_int_equal(mkdir(rig_path, 0700), 0);
	assert_int_equal(rig_join(&p, 1, &rig_alone), -EISDIR);
	assert_non_null(
		strstr(rig_error, "/ledger: Is a directory: see that it is "));
	assert_int_equal(p.fd, -1);
	assert_int_equal(rmdir(rig_path), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ledger_has_its_room_before_others_take_it),
		TEST(ledger_without_room_says_so_until_there_is_some),
		TEST(directory_in_its_place_is_one_sentence),
	};

	mounts = unshare(CLONE_NEWNS) == 0 &&
		 mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
