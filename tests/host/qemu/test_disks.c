// SPDX-License-Identifier: Apache-2.0
#include "host/qemu/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/appliance.h"
#include "tests/host/scratch.h"

static struct scratch scratch;
static struct appliance a;
static int fd[APPLIANCE_DISKS];
static char path[SCRATCH_PATH], error[SENTENCE_MAX];

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	scratch_write(&scratch, "disk", "0123", 4, 0600);
	scratch_path(&scratch, "disk", path);
	a = (struct appliance){ .disks = 1 };
	strcpy(a.disk[0].serial, "data-1");
	strcpy(a.disk[0].path, path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	disks_close(fd);
	scratch_remove(&scratch);
	return 0;
}

/* As QEMU does: a byte of those from 100 on. */
static int lock_as_qemu(void)
{
	struct flock l = { .l_type = F_RDLCK,
			   .l_whence = SEEK_SET,
			   .l_start = 201,
			   .l_len = 1 };
	int other = open(path, O_RDWR | O_CLOEXEC);

	assert_int_equal(fcntl(other, F_OFD_SETLK, &l), 0);
	return other;
}

static void disk_is_open_as_it_should_be(void **state)
{
	(void)state;
	assert_int_equal(disks_open(&a, fd, error), 0);
	assert_int_equal(fcntl(fd[0], F_GETFL) & O_ACCMODE, O_RDWR);
	assert_int_equal(fcntl(fd[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(fd[1], -1);
	disks_close(fd);
	assert_int_equal(fd[0], -1);
	a.disk[0].read_only = true;
	assert_int_equal(disks_open(&a, fd, error), 0);
	assert_int_equal(fcntl(fd[0], F_GETFL) & O_ACCMODE, O_RDONLY);
}

static void disk_of_another_qemu_is_refused_by_its_path(void **state)
{
	int other = lock_as_qemu();
	char wanted[SENTENCE_MAX];

	(void)state;
	snprintf(wanted, sizeof(wanted),
		 "disk data-1: %s is in use by another QEMU: end that one, or "
		 "write read-only here and there",
		 path);
	assert_int_equal(disks_open(&a, fd, error), -EBUSY);
	assert_string_equal(error, wanted);
	disks_close(fd);
	a.disk[0].read_only = true; /* QEMU decides who may read */
	assert_int_equal(disks_open(&a, fd, error), 0);
	disks_close(fd);
	a.disk[0].read_only = false;
	close(other);
	assert_int_equal(disks_open(&a, fd, error), 0);
}

static void disk_that_has_gone_is_one_sentence(void **state)
{
	(void)state;
	unlink(path);
	assert_int_equal(disks_open(&a, fd, error), -ENOENT);
	assert_non_null(strstr(error, "disk data-1: "));
	assert_non_null(strstr(error, "No such file or directory"));
	assert_int_equal(fd[0] < 0, 1);
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(disk_is_open_as_it_should_be),
		ONE(disk_of_another_qemu_is_refused_by_its_path),
		ONE(disk_that_has_gone_is_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
