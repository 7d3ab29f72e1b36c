// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/config/test_runtime_refused.c - places where no appliance can run
 */
#include "host/config/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

static struct scratch scratch;
static struct runtime rt;
static char error[SENTENCE_MAX];

static int set_up(void **state)
{
	char root[SCRATCH_PATH];

	(void)state;
	scratch_make(&scratch);
	scratch_path(&scratch, "run", root);
	setenv("REPRISE_RUNTIME_DIR", root, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static void open_directory_of_others_is_refused(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	scratch_path(&scratch, "run", path);
	mkdir(path, 0700);
	scratch_path(&scratch, "run/web", path);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(runtime_open(&rt, "web", error), -EPERM);
	assert_non_null(strstr(error, "not a private directory"));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/tmp", path), 0);
	assert_int_equal(runtime_open(&rt, "web", error), -ENOTDIR);
	assert_non_null(strstr(error, "Not a directory"));
	assert_non_null(strstr(error, "remove it"));
	assert_int_equal(unlink(path), 0);
}

static void found_none(void *ctx, const struct running *r)
{
	(void)ctx;
	fail_msg("%s", r->name);
}

static void open_where_no_directory_can_be_made_says_what_to_set(void **state)
{
	char path[SCRATCH_PATH], file[SCRATCH_PATH];
	int fd;

	(void)state;
	scratch_path(&scratch, "none/run", path);
	setenv("REPRISE_RUNTIME_DIR", path, 1);
	assert_int_equal(runtime_open(&rt, "web", error), -ENOENT);
	assert_non_null(strstr(error, "none/run: "));
	assert_non_null(strstr(error, "set REPRISE_RUNTIME_DIR"));
	scratch_path(&scratch, "file", file);
	fd = creat(file, 0600);
	assert_true(fd >= 0);
	close(fd);
	setenv("REPRISE_RUNTIME_DIR", file, 1);
	assert_int_equal(runtime_open(&rt, "web", error), -ENOTDIR);
	assert_non_null(strstr(error, "file/web: "));
	assert_non_null(strstr(error, "set REPRISE_RUNTIME_DIR"));
	assert_int_equal(runtime_list(found_none, NULL, error), -ENOTDIR);
	assert_non_null(strstr(error, "REPRISE_RUNTIME_DIR"));
}

static void open_without_a_place_is_refused(void **state)
{
	char deep[120];

	(void)state;
	memset(deep, 'd', sizeof(deep));
	deep[0] = '/';
	deep[sizeof(deep) - 1] = '\0';
	setenv("REPRISE_RUNTIME_DIR", deep, 1);
	assert_int_equal(runtime_open(&rt, "web", error), -ENAMETOOLONG);
	assert_non_null(strstr(error, "REPRISE_RUNTIME_DIR"));
	setenv("REPRISE_RUNTIME_DIR", "relative", 1);
	assert_int_equal(runtime_open(&rt, "web", error), -EINVAL);
	assert_non_null(strstr(error, "absolute"));
	assert_int_equal(runtime_open(&rt, "We/b", error), -EINVAL);
}

#define WITH_SCRATCH(test)                                                     \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRATCH(open_directory_of_others_is_refused),
		WITH_SCRATCH(
			open_where_no_directory_can_be_made_says_what_to_set),
		WITH_SCRATCH(open_without_a_place_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
