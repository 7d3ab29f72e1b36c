// SPDX-License-Identifier: Apache-2.0
#include "host/config/disk.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

static void disk_of_serial_and_path_is_writable(void **state)
{
	struct disk d;

	(void)state;
	assert_int_equal(disk_parse("data-1 /srv/a file.img", &d), 0);
	assert_string_equal(d.serial, "data-1");
	assert_string_equal(d.path, "/srv/a file.img");
	assert_int_equal(d.cache, CACHE_WRITEBACK);
	assert_false(d.read_only);
}

static void disk_words_stand_before_the_path(void **state)
{
	struct disk d;

	(void)state;
	assert_int_equal(disk_parse("a read-only  cache none d.img", &d), 0);
	assert_true(d.read_only);
	assert_int_equal(d.cache, CACHE_NONE);
	assert_string_equal(d.path, "d.img");
	assert_int_equal(disk_parse("a cache unsafe read-only.img", &d), 0);
	assert_false(d.read_only);
	assert_int_equal(d.cache, CACHE_UNSAFE);
	assert_string_equal(d.path, "read-only.img");
}

static void disk_of_nonsense_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"data-1",
		"data-1 ",
		"da,ta /d.img",
		"/d.img",
		"data-1 cache some /d.img",
		"a-serial-of-21-letters /d.img",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct disk d = { .serial = "kept" };

		assert_int_equal(disk_parse(wrong[i], &d), -EINVAL);
		assert_string_equal(d.serial, "kept");
	}
}

static void disk_that_is_not_there_is_a_sentence(void **state)
{
	struct appliance a = { .file = "w.conf",
			       .disks = 1,
			       .line.disk = { 7 } };
	char error[SENTENCE_MAX];

	(void)state;
	disk_parse("data-1 /nowhere/d.img", &a.disk[0]);
	assert_int_equal(appliance_find_disks(&a, error), -ENOENT);
	assert_non_null(
		strstr(error, "w.conf:7: disk data-1: /nowhere/d.img: No"));
	disk_parse("data-1 /dev/null", &a.disk[0]);
	assert_int_equal(appliance_find_disks(&a, error), -EINVAL);
	assert_non_null(strstr(error, "neither a file nor a block device"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disk_of_serial_and_path_is_writable),
		cmocka_unit_test(disk_words_stand_before_the_path),
		cmocka_unit_test(disk_of_nonsense_is_refused),
		cmocka_unit_test(disk_that_is_not_there_is_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
