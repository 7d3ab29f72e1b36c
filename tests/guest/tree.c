// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/tree.c - a small file tree that stands for / in a test
 */
#include "tests/guest/tree.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

int tree_setup(void **state)
{
	char name[] = "/tmp/reprise-tree-XXXXXX";

	if (!mkdtemp(name))
		return -1;
	*state = strdup(name);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int tree_teardown(void **state)
{
	int r = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return r;
}

static void full_path(char full[static 256], const char *root, const char *path)
{
	char *slash;

	assert_true(snprintf(full, 256, "%s%s", root, path) < 256);
	for (slash = full + strlen(root) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
}

void tree_file(const char *root, const char *path, const char *text)
{
	char full[256];
	int fd;

	full_path(full, root, path);
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void tree_link(const char *root, const char *path, const char *target)
{
	char full[256];

	full_path(full, root, path);
	assert_int_equal(symlink(target, full), 0);
}

void tree_folder(const char *root, const char *path)
{
	char full[256];

	full_path(full, root, path);
}
