// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/scratch.c - a directory that a test may fill
 */
#include "tests/host/scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

void scratch_make(struct scratch *s)
{
	snprintf(s->dir, sizeof(s->dir), "/tmp/reprise-test.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void scratch_remove(struct scratch *s)
{
	assert_int_equal(nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void scratch_path(const struct scratch *s, const char *name,
		  char path[static SCRATCH_PATH])
{
	int n = snprintf(path, SCRATCH_PATH, "%s/%s", s->dir, name);

	assert_in_range(n, 1, SCRATCH_PATH - 1);
}

void scratch_write(const struct scratch *s, const char *name, const void *bytes,
		   size_t len, unsigned int mode)
{
	char path[SCRATCH_PATH];
	int fd;

	scratch_path(s, name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}
