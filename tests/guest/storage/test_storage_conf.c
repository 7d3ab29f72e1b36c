// SPDX-License-Identifier: Apache-2.0
#include "guest/storage/storage_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

static void disk_by_serial_has_the_defaults(void **state)
{
	struct storage_conf c = { .disks = 0 };

	(void)state;
	assert_null(storage_add_disk(&c, "/data serial data-1"));
	assert_int_equal(c.disks, 1);
	assert_string_equal(c.disk[0].path, "/data");
	assert_string_equal(c.disk[0].name, "data-1");
	assert_false(c.disk[0].by_label);
	assert_false(c.disk[0].create);
	assert_false(c.disk[0].read_only);
	assert_false(c.disk[0].absent_skip);
}

static void disk_with_every_word_is_read(void **state)
{
	struct storage_conf c = { .disks = 0 };

	(void)state;
	assert_null(storage_add_disk(&c, "/a/b serial x create absent skip"));
	assert_null(storage_add_disk(&c, "/srv label files read-only absent "
					 "fail"));
	assert_true(c.disk[0].create);
	assert_true(c.disk[0].absent_skip);
	assert_true(c.disk[1].by_label);
	assert_true(c.disk[1].read_only);
	assert_false(c.disk[1].absent_skip);
}

static void disk_of_nonsense_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"data serial x",
		"/ serial x",
		"/data/ serial x",
		"/a/../b serial x",
		"/proc serial x",
		"/data",
		"/data serial",
		"/data uuid x",
		"/data serial a-serial-of-21-letters",
		"/data label seventeen-letters",
		"/data serial x create read-only",
		"/data label x create",
		"/data serial x absent",
		"/data serial x absent maybe",
		"/data serial x fast",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct storage_conf c = { .disks = 0 };

		assert_non_null(storage_add_disk(&c, wrong[i]));
		assert_int_equal(c.disks, 0);
	}
}

static void disk_or_place_twice_is_refused(void **state)
{
	struct storage_conf c = { .disks = 0 };

	(void)state;
	assert_null(storage_add_disk(&c, "/data serial x"));
	assert_non_null(storage_add_disk(&c, "/data serial y"));
	assert_non_null(storage_add_disk(&c, "/more serial x"));
	assert_null(storage_add_disk(&c, "/more label x"));
	assert_int_equal(c.disks, 2);
}

static void timeout_must_outlast_the_wait_for_a_disk_that_may_lack(void **state)
{
	struct storage_conf c = { .wait_ms = 2000, .timeout_ms = 2000 };

	(void)state;
	assert_null(storage_add_disk(&c, "/a serial a"));
	assert_null(storage_wrong(&c)); /* it ends the boot either way */
	assert_null(storage_add_disk(&c, "/b serial b absent skip"));
	assert_non_null(storage_wrong(&c));
	c.timeout_ms = 2001;
	assert_null(storage_wrong(&c));
	c.timeout_ms = 0; /* the default, which counts the wait in */
	assert_null(storage_wrong(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disk_by_serial_has_the_defaults),
		cmocka_unit_test(disk_with_every_word_is_read),
		cmocka_unit_test(disk_of_nonsense_is_refused),
		cmocka_unit_test(disk_or_place_twice_is_refused),
		cmocka_unit_test(
			timeout_must_outlast_the_wait_for_a_disk_that_may_lack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
