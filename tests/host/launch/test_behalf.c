// SPDX-License-Identifier: Apache-2.0
/*
 * As root, on the directories of nobody; skipped where the tests are not root's.
 */
#include "host/launch/behalf.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/sentence.h"
#include "tests/host/launch/in_child.h"
#include "tests/host/scratch.h"

enum { USER = 65534, GROUP = 65533, OF_ROOT = 54321 };

static struct scratch scratch;
static char error[SENTENCE_MAX];

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	chmod(scratch.dir, 0755);
	setenv("REPRISE_RUNTIME_DIR", scratch.dir, 1);
	setenv("REPRISE_STATE_DIR", scratch.dir, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

/* A private directory of @uid. */
static void make_dir(const char *name, uid_t uid, gid_t gid)
{
	char path[SCRATCH_PATH];

	scratch_path(&scratch, name, path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chown(path, uid, gid), 0);
}

/* Return: may what only the supplementary group of root may read be read? */
static bool reads_secret(void)
{
	char path[SCRATCH_PATH];
	int fd;

	scratch_path(&scratch, "secret", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* In a child, for groups that are given up are gone. Return: 0, or a step */
static int act_for_nobody(void)
{
	const gid_t groups[] = { OF_ROOT };
	char path[SCRATCH_PATH];
	struct behalf b;
	struct stat st;
	int fd;

	if (setgroups(1, groups) < 0)
		return 1;
	if (behalf_find(&b, "web", error) < 0 || !b.is || b.uid != USER)
		return 2;
	if (behalf_enter(&b) < 0 || geteuid() != USER || getegid() != GROUP)
		return 3;
	if (reads_secret())
		return 4;
	scratch_path(&scratch, "web/made", path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != USER ||
	    st.st_gid != GROUP)
		return 5;
	close(fd);
	behalf_leave(&b);
	if (geteuid() != 0 || getegid() != 0 || !reads_secret())
		return 6;
	return behalf_enter(&b) < 0 || geteuid() != USER ? 7 : 0;
}

static void files_are_the_users_and_groups_of_root_open_nothing(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	if (geteuid() != 0)
		skip();
	make_dir("web", USER, GROUP);
	scratch_write(&scratch, "secret", "", 0, 0640);
	scratch_path(&scratch, "secret", path);
	assert_int_equal(chown(path, 0, OF_ROOT), 0);
	assert_int_equal(in_child(act_for_nobody), 0);
}

static int act_without_the_right(void)
{
	struct behalf b;

	if (behalf_find(&b, "web", error) < 0 || !b.is)
		return 1;
	b.uid = (uid_t)-1; /* no user */
	if (behalf_enter(&b) != -EINVAL)
		return 2;
	return geteuid() != 0 || getegid() != 0 ? 3 : 0;
}

static void who_cannot_become_the_user_is_as_before(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	make_dir("web", USER, GROUP);
	assert_int_equal(in_child(act_without_the_right), 0);
}

static void assert_nobody_else(const char *name)
{
	struct behalf b;
	uid_t uid = geteuid();

	assert_int_equal(behalf_find(&b, name, error), 0);
	assert_false(b.is);
	assert_int_equal(behalf_enter(&b), 0);
	assert_int_equal(geteuid(), uid);
	behalf_leave(&b);
}

/* A link of that name is nobody's directory either. */
static void own_directory_and_none_are_ones_own(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	make_dir("web", geteuid(), getegid());
	assert_nobody_else("web");
	assert_nobody_else("db");
	scratch_path(&scratch, "link", path);
	assert_int_equal(symlink("web", path), 0);
	assert_nobody_else("link");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_are_the_users_and_groups_of_root_open_nothing),
		TEST(who_cannot_become_the_user_is_as_before),
		TEST(own_directory_and_none_are_ones_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
