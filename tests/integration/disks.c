// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/disks.c - disks for a guest, in the scratch directory
 */
#include "tests/integration/disks.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DISK_BYTES = 16 << 20 };

const char *disks_make(struct rig *r, const char *name)
{
	const char *path = rig_write(r, name, "");

	assert_int_equal(truncate(path, DISK_BYTES), 0);
	return path;
}

const char *disks_make_ext4(struct rig *r, const char *name, const char *label)
{
	const char *path = disks_make(r, name);
	const char *const argv[] = {
		"/sbin/mkfs.ext4", "-q", "-L", label, path, NULL
	};
	struct child c;

	assert_int_equal(child_start(&c, argv, -1), 0);
	assert_true(child_await_end(&c));
	assert_int_equal(c.code, 0);
	child_close(&c);
	return path;
}

/* Behind the super block and the groups' descriptors lie bitmaps and inodes. */
void disks_break(const char *path)
{
	enum { STATE_AT = 1024 + 0x3a, MAPS_AT = 128 << 10 };
	static const uint8_t errors_seen[] = { 2, 0 };
	uint8_t nonsense[512 << 10];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	memset(nonsense, 0x5a, sizeof(nonsense));
	assert_int_equal(pwrite(fd, errors_seen, 2, STATE_AT), 2);
	assert_int_equal(pwrite(fd, nonsense, sizeof(nonsense), MAPS_AT),
			 sizeof(nonsense));
	close(fd);
}
