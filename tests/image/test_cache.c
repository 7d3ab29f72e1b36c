// SPDX-License-Identifier: Apache-2.0
/*
 * tests/image/test_cache.c - what of the cache is kept, by image/toolchain/used
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { DAY_S = 24 * 3600, PATH = 128 };

static char cache[] = "/tmp/reprise-cache.XXXXXX";

static int make_cache(void **state)
{
	(void)state;
	return mkdtemp(cache) && setenv("REPRISE_CACHE", cache, 1) == 0 ? 0
									: -1;
}

static int remove_cache(void **state)
{
	char command[PATH];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", cache);
	return system(command);
}

static const char *path_of(const char *name)
{
	static char path[PATH];

	snprintf(path, sizeof(path), "%s/%s", cache, name);
	return path;
}

static void make_unit(const char *name)
{
	assert_int_equal(mkdir(path_of(name), 0755), 0);
}

static bool there(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

/* Return: exit status of `used` for the unit @name; @clock: a command, or "" */
static int used_by(const char *clock, const char *name)
{
	char command[3 * PATH];
	int status;

	snprintf(command, sizeof(command), "%s image/toolchain/used %s", clock,
		 path_of(name));
	status = system(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int used(const char *name)
{
	return used_by("", name);
}

static void age(const char *mark, int days)
{
	const time_t then = time(NULL) - (time_t)days * DAY_S;
	const struct timespec times[2] = { { then, 0 }, { then, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, path_of(mark), times, 0), 0);
}

static void unit_unused_for_a_month_is_removed_and_no_other(void **state)
{
	(void)state;
	make_unit("kernel-old");
	make_unit("kernel-recent");
	make_unit("package-mine");
	make_unit("download");
	age("package-mine", 1000); /* as an archive has it: says nothing */
	assert_int_equal(used("package-mine"), 0);
	assert_true(there("kernel-old")); /* seen for the first time */
	age(".used/kernel-old", 32);
	age(".used/kernel-recent", 28);
	age(".used/package-mine", 32);
	age("download", 1000);
	assert_int_equal(used("package-mine"), 0);
	assert_false(there("kernel-old"));
	assert_false(there(".used/kernel-old"));
	assert_true(there("kernel-recent"));
	assert_true(there("package-mine"));
	assert_true(there("download"));
}

/* A build under another clock, as `make repro` has one, keeps its own. */
static void unit_in_use_is_kept_whatever_the_clock_says(void **state)
{
	static const char clock[] = "faketime '2031-05-17 03:04:05'";

	(void)state;
	make_unit("kernel-one");
	assert_int_equal(used("kernel-one"), 0);
	make_unit("toolchain-one");
	assert_int_equal(used_by(clock, "toolchain-one"), 0);
	assert_true(there("kernel-one"));
	assert_true(there("toolchain-one"));
}

static void unit_that_is_gone_is_to_be_built(void **state)
{
	(void)state;
	assert_int_equal(used("toolchain-none"), 1);
	assert_false(there(".used/toolchain-none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			unit_unused_for_a_month_is_removed_and_no_other),
		cmocka_unit_test(unit_in_use_is_kept_whatever_the_clock_says),
		cmocka_unit_test(unit_that_is_gone_is_to_be_built),
	};

	return cmocka_run_group_tests(tests, make_cache, remove_cache);
}
