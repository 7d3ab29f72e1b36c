// SPDX-License-Identifier: Apache-2.0
#include "guest/power/mountinfo.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

static void mountinfo_of_real_lines_is_told_apart(void **state)
{
	static const struct {
		const char *line, *path;
		bool block, writable;
	} lines[] = {
		{ "36 35 254:0 / /data rw,noatime shared:1 - ext4 /dev/vda "
		  "rw,quota",
		  "/data", true, true },
		{ "36 35 254:0 / /data ro - ext4 /dev/vda rw", "/data", true,
		  true }, /* a read-only mount of what is written to */
		{ "36 35 254:0 / /data ro - ext4 /dev/vda ro", "/data", true,
		  false },
		{ "22 1 0:20 / /proc rw,nosuid - proc proc rw", "/proc", false,
		  true },
		{ "40 1 0:33 / /pool rw - btrfs /dev/vdb rw,ssd", "/pool", true,
		  true },
		{ "1 1 0:2 / / rw - rootfs rootfs rw,size=1k", "/", false,
		  true },
		{ "41 1 8:1 / /a\\040b\\134c rw a:1 b:2 - ext4 /dev/x rw",
		  "/a b\\c", true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char line[256];
		struct mount_line m;

		strcpy(line, lines[i].line);
		assert_int_equal(mountinfo_parse(line, &m), 0);
		assert_string_equal(m.path, lines[i].path);
		assert_int_equal(m.block, lines[i].block);
		assert_int_equal(m.writable, lines[i].writable);
	}
}

static void mountinfo_of_anything_else_is_ebadmsg(void **state)
{
	static const char *const lines[] = {
		"",
		" - ",
		"36 35 8:1 / /data rw",
		"36 35 8:1 / /data - ext4 x",
		"36 35 8:1 / /data rw - ext4 /dev/vda",
		"36 35 8:1 / - ext4 /dev/vda rw",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char line[256];
		struct mount_line m;

		strcpy(line, lines[i]);
		assert_int_equal(mountinfo_parse(line, &m), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mountinfo_of_real_lines_is_told_apart),
		cmocka_unit_test(mountinfo_of_anything_else_is_ebadmsg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
