// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/failed.c - appliances that failed too often to start again
 *
 * No appliance's name has a dot, so NAME.failed is nobody's directory. The file
 * is made under another name first: whoever reads it reads all of it.
 */
#include "host/config/failed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/config/appliance.h"
#include "host/config/place.h"
#include "host/config/text.h"

static const char suffix[] = ".failed";

static int path_of(const char *name, char path[static PATH_MAX], char *error)
{
	char root[PLACE_SIZE];
	int r = appliance_name_ok(name) ? place_root(root, error) : -ENOENT;

	if (r == 0)
		snprintf(path, PATH_MAX, "%s/%s%s", root, name, suffix);
	return r;
}

static int write_new(const char *path, const char *text)
{
	int fd = open(path,
		      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      0644);
	size_t n = strlen(text);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, n) != (ssize_t)n)
		r = -EIO;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

int failed_write(const char *name, const char *why, char *error)
{
	char path[PATH_MAX], fresh[PATH_MAX + 8], line[SENTENCE_MAX];
	int r = path_of(name, path, error);

	if (r < 0)
		return r;
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	snprintf(line, sizeof(line), "%.*s\n", SENTENCE_MAX - 3, why);
	r = write_new(fresh, line);
	if (r == 0 && rename(fresh, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(fresh);
		sentence(error, r,
			 "%s: %s: the next `reprise run` will not know that it "
			 "failed",
			 path, strerror(-r));
	}
	return r;
}

int failed_read(const char *name, char *why)
{
	char path[PATH_MAX], error[SENTENCE_MAX];
	int r = path_of(name, path, error);
	ssize_t n;

	if (r < 0)
		return r;
	n = text_read(AT_FDCWD, path, why, SENTENCE_MAX - 1);
	if (n < 0)
		return (int)n;
	why[n] = '\0';
	why[strcspn(why, "\n")] = '\0';
	return 0;
}

int failed_refuse(const char *name, char *error)
{
	char why[SENTENCE_MAX];

	if (failed_read(name, why) < 0)
		return 0;
	return sentence(error, -EPERM,
			"%s has failed and stays down, %s; "
			"`reprise reset-failed %s` lets it start again",
			name, why, name);
}

int failed_clear(const char *name, char *error)
{
	char path[PATH_MAX];
	int r = path_of(name, path, error);

	if (r == 0 && unlink(path) < 0)
		r = -errno;
	if (r == -ENOENT)
		return sentence(error, r,
				"%s has not failed: `reprise ps` shows what "
				"has, `reprise run` starts it",
				name);
	if (r < 0)
		return sentence(error, r, "%s: %s", path, strerror(-r));
	return 0;
}

static int has_failed(const struct dirent *d)
{
	const char *dot = strchr(d->d_name, '.');

	return dot && strcmp(dot, suffix) == 0;
}

void failed_list(void (*each)(void *ctx, const char *name), void *ctx)
{
	char root[PLACE_SIZE], error[SENTENCE_MAX];
	struct dirent **found;
	int n = place_root(root, error);

	if (n == 0)
		n = scandir(root, &found, has_failed, alphasort);
	else
		return;
	for (int i = 0; i < n; i++) {
		found[i]->d_name[strcspn(found[i]->d_name, ".")] = '\0';
		if (appliance_name_ok(found[i]->d_name))
			each(ctx, found[i]->d_name);
		free(found[i]);
	}
	if (n >= 0)
		free(found);
}
