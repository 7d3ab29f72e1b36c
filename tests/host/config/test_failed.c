// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/config/test_failed.c - what stays of a crash loop
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "host/config/failed.h"
#include "tests/host/scratch.h"

static struct scratch dir;

static int set_up(void **state)
{
	(void)state;
	scratch_make(&dir);
	return setenv("REPRISE_RUNTIME_DIR", dir.dir, 1);
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&dir);
	return 0;
}

static void put(const char *name)
{
	scratch_write(&dir, name, "", 0, 0600);
}

static void failed_is_kept_until_it_is_cleared(void **state)
{
	char why[SENTENCE_MAX], error[SENTENCE_MAX];

	(void)state;
	assert_int_equal(failed_read("web", why), -ENOENT);
	assert_int_equal(failed_write("web", "it crashed: guest panic", error),
			 0);
	assert_int_equal(failed_read("web", why), 0);
	assert_string_equal(why, "it crashed: guest panic");
	assert_int_equal(failed_read("web-2", why), -ENOENT);
	assert_int_equal(failed_refuse("web-2", error), 0);
	assert_int_equal(failed_refuse("web", error), -EPERM);
	assert_non_null(strstr(error, "it crashed: guest panic"));
	assert_int_equal(failed_clear("web", error), 0);
	assert_int_equal(failed_read("web", why), -ENOENT);
}

static void clear_of_one_that_has_not_failed_says_so(void **state)
{
	char error[SENTENCE_MAX];

	(void)state;
	assert_int_equal(failed_clear("web", error), -ENOENT);
	assert_non_null(strstr(error, "web has not failed"));
	assert_int_equal(failed_clear("../web", error), -ENOENT);
}

static void longest_sentence_is_read_again(void **state)
{
	char why[SENTENCE_MAX], error[SENTENCE_MAX];

	(void)state;
	memset(why, 'x', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	assert_int_equal(failed_write("web", why, error), 0);
	assert_int_equal(failed_read("web", why), 0);
	assert_int_equal(strlen(why), SENTENCE_MAX - 3);
}

static void garbage_has_failed_and_a_directory_has_not(void **state)
{
	char path[SCRATCH_PATH], why[SENTENCE_MAX];

	(void)state;
	put("web.failed");
	assert_int_equal(failed_read("web", why), 0);
	assert_string_equal(why, "");
	scratch_path(&dir, "db.failed", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(failed_read("db", why) < 0);
}

static void collect(void *ctx, const char *name)
{
	strcat(ctx, name);
	strcat(ctx, " ");
}

static void list_has_names_of_failed_ones_only(void **state)
{
	char names[256] = "", error[SENTENCE_MAX];

	(void)state;
	assert_int_equal(failed_write("web", "x", error), 0);
	assert_int_equal(failed_write("db", "x", error), 0);
	put(".failed");
	put("web.failed.new");
	put("Web.failed");
	failed_list(collect, names);
	assert_string_equal(names, "db web ");
}

static void no_directory_is_a_sentence(void **state)
{
	char error[SENTENCE_MAX];

	(void)state;
	setenv("REPRISE_RUNTIME_DIR", "/nowhere/at/all", 1);
	assert_int_equal(failed_write("web", "x", error), -ENOENT);
	assert_non_null(strstr(error, "/nowhere/at/all/web.failed"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(failed_is_kept_until_it_is_cleared),
		TEST(clear_of_one_that_has_not_failed_says_so),
		TEST(longest_sentence_is_read_again),
		TEST(garbage_has_failed_and_a_directory_has_not),
		TEST(list_has_names_of_failed_ones_only),
		TEST(no_directory_is_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
