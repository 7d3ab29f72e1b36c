// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/history.c - every start, restart and end of an appliance
 *
 * Theory of operation: a line is one write() to a file opened for appending.
 * What did not fit is cut off again; what a crash of the host has cut is ended
 * with a newline before the next line, so that it costs no other. A full file
 * is renamed over the one before it. Restarts are rare: nothing is kept open
 * between them, so whatever befalls the directory harms no later line. Nothing
 * in the files is trusted, when they are read, but to be bytes.
 */
#include "host/config/history.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/config/appliance.h"
#include "host/config/place.h"

static const char *const files[] = { "history.1", "history" };
enum { OLD, NEW };

static int state_dir(const char *name, char dir[PATH_MAX], char *error)
{
	char root[PLACE_SIZE];
	int r;

	if (!appliance_name_ok(name))
		return sentence(error, -EINVAL,
				"'%s' is no appliance's name: write 1 to 63 of "
				"a-z, 0-9 and -",
				name);
	r = place_state(root, error);
	if (r == 0)
		snprintf(dir, PATH_MAX, "%s/%s", root, name);
	return r;
}

/* mkdir -p. Return: 0; -errno */
static int make_path(char *path)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		int r;

		*at = '\0';
		r = mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
		*at = '/';
		if (r < 0)
			return r;
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* A file and nothing else: to open a FIFO or a device may wait, or do harm. */
static int open_file(int dir_fd, const char *file, int flags, struct stat *st)
{
	int fd = openat(dir_fd, file,
			flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = fstat(fd, st) < 0 ? -errno : 0;
	if (r == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return r < 0 ? r : -EINVAL;
}

/* Was the last line cut off by a crash? */
static bool is_cut(int fd, off_t size)
{
	char last = '\n';

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* Return: 0; -errno, and the file is as before */
static int add_line(int fd, off_t size, const char *line, size_t len)
{
	size_t skip = is_cut(fd, size) ? 0 : 1; /* it begins with a newline */
	ssize_t n = write(fd, line + skip, len - skip);

	if (n == (ssize_t)(len - skip))
		return 0;
	if (n < 0)
		return -errno;
	return ftruncate(fd, size) < 0 ? -errno : -ENOSPC;
}

static int append(int dir_fd, const char *line, size_t len)
{
	const int flags = O_RDWR | O_APPEND | O_CREAT;
	struct stat st;
	int fd = open_file(dir_fd, files[NEW], flags, &st);
	int r;

	if (fd >= 0 && st.st_size + (off_t)len > HISTORY_BYTES) {
		close(fd);
		if (renameat(dir_fd, files[NEW], dir_fd, files[OLD]) < 0)
			return -errno;
		fd = open_file(dir_fd, files[NEW], flags, &st);
	}
	if (fd < 0)
		return fd;
	r = add_line(fd, st.st_size, line, len);
	close(fd);
	return r;
}

int history_append(const char *name, const json_t *entry, char *error)
{
	char dir[PATH_MAX], line[HISTORY_LINE];
	size_t len =
		json_dumpb(entry, line + 1, sizeof(line) - 2, JSON_COMPACT);
	int r = state_dir(name, dir, error);
	int dir_fd;

	if (r < 0)
		return r;
	if (len > sizeof(line) - 2)
		return sentence(error, -EMSGSIZE,
				"%s/history: an entry of %zu bytes is not one "
				"line",
				dir, len);
	line[0] = line[len + 1] = '\n';
	r = len ? make_path(dir) : -ENOMEM;
	dir_fd = r < 0 ? r : open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r == 0 && dir_fd < 0)
		r = -errno;
	if (r == 0)
		r = append(dir_fd, line, len + 2);
	if (dir_fd >= 0)
		close(dir_fd);
	if (r == 0)
		return 0;
	return sentence(error, r,
			"%s/history: %s: restarts go on, but are not recorded",
			dir, strerror(-r));
}

/* One line in @text, for @each. Return: 0; 1: damaged */
static unsigned int take_line(const char *text, size_t len, history_fn *each,
			      void *ctx)
{
	json_t *entry;
	bool whole;

	if (len == 0)
		return 0;
	if (len == HISTORY_LINE)
		return 1; /* as much as we kept of it */
	entry = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	whole = json_is_object(entry);
	if (whole)
		each(ctx, entry);
	json_decref(entry);
	return !whole;
}

static unsigned int read_lines(FILE *f, history_fn *each, void *ctx)
{
	unsigned int damaged = 0;
	char line[HISTORY_LINE];
	size_t len = 0;
	int c;

	while ((c = getc(f)) != EOF) {
		if (c == '\n') {
			damaged += take_line(line, len, each, ctx);
			len = 0;
		} else if (len < sizeof(line)) {
			line[len++] = (char)c;
		}
	}
	return damaged + take_line(line, len, each, ctx);
}

static int read_file(int dir_fd, const char *file, history_fn *each, void *ctx,
		     unsigned int *damaged)
{
	struct stat st;
	int fd = open_file(dir_fd, file, O_RDONLY, &st);
	FILE *f;
	int r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	if (st.st_size > 2 * HISTORY_BYTES) /* not ours: its end may be */
		lseek(fd, -HISTORY_BYTES, SEEK_END);
	f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	*damaged += read_lines(f, each, ctx);
	r = ferror(f) ? -EIO : 0;
	fclose(f);
	return r;
}

int history_each(const char *name, void (*each)(void *ctx, const json_t *entry),
		 void *ctx, unsigned int *damaged, char *error)
{
	char dir[PATH_MAX];
	int r = state_dir(name, dir, error);
	int dir_fd;

	*damaged = 0;
	if (r < 0)
		return r;
	dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0 && errno == ENOENT)
		return 0;
	r = dir_fd < 0 ? -errno : 0;
	for (int i = OLD; r == 0 && i <= NEW; i++)
		r = read_file(dir_fd, files[i], each, ctx, damaged);
	if (dir_fd >= 0)
		close(dir_fd);
	return r < 0 ? sentence(error, r, "%s/history: %s", dir, strerror(-r))
		     : 0;
}

static int may_have_one(const struct dirent *d)
{
	return appliance_name_ok(d->d_name);
}

int history_names(void (*each)(void *ctx, const char *name), void *ctx,
		  char *error)
{
	struct dirent **found;
	char root[PLACE_SIZE];
	int n, r = place_state(root, error);

	if (r < 0)
		return r;
	n = scandir(root, &found, may_have_one, alphasort);
	if (n < 0 && errno != ENOENT)
		r = sentence(error, -errno, "%s: %s", root, strerror(errno));
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s/%s", root, found[i]->d_name,
			 files[NEW]);
		if (access(path, F_OK) == 0)
			each(ctx, found[i]->d_name);
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return r;
}
