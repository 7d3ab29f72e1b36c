// SPDX-License-Identifier: Apache-2.0
/*
 * guest/file/file.c - small files, whole, without the heap
 *
 * Directories are read by getdents64(2): opendir() would allocate, and PID 1
 * looks for its port for as long as it lives.
 */
#include "guest/file/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

ssize_t file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = fd < 0 ? -1 : 0;

	while (fd >= 0 && len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	n = n < 0 ? -errno : (ssize_t)len;
	buf[n < 0 ? 0 : len] = '\0';
	if (fd >= 0)
		close(fd);
	return n;
}

int file_replace(const char *path, const char *text, size_t len)
{
	char temp[64];
	ssize_t n;
	int fd;
	int r = 0;

	if ((size_t)snprintf(temp, sizeof(temp), "%s~", path) >= sizeof(temp))
		return -ENAMETOOLONG;
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		r = -errno;
	else if ((size_t)n != len)
		r = -ENOSPC; /* tmpfs: a short write is a full one */
	close(fd);
	if (r == 0 && rename(temp, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(temp);
	return r;
}

union entries {
	struct dirent first;
	char bytes[2048];
};

static int visit_all(union entries *e, size_t len,
		     int (*visit)(void *ctx, const char *name), void *ctx)
{
	int r = 0;

	for (size_t at = 0; at < len && r == 0;) {
		const struct dirent *d = (const void *)(e->bytes + at);

		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			r = visit(ctx, d->d_name);
		at += d->d_reclen;
	}
	return r;
}

int dir_each(const char *path, int (*visit)(void *ctx, const char *name),
	     void *ctx)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	union entries e;
	ssize_t n = 1;
	int r = 0;

	if (fd < 0)
		return -errno;
	while (r == 0 && n > 0) {
		n = getdents64(fd, &e.first, sizeof(e));
		r = n < 0 ? -errno : visit_all(&e, (size_t)n, visit, ctx);
	}
	close(fd);
	return r;
}

/* A line as it grows, and who wants it. */
struct line {
	char text[1024];
	size_t len;
	int (*visit)(void *ctx, char *line);
	void *ctx;
};

static int line_end(struct line *l)
{
	l->text[l->len] = '\0';
	l->len = 0;
	return l->visit(l->ctx, l->text);
}

static int line_add(struct line *l, const char *bytes, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		if (bytes[i] == '\n' || l->len == sizeof(l->text) - 1)
			r = line_end(l);
		if (bytes[i] != '\n')
			l->text[l->len++] = bytes[i];
	}
	return r;
}

int file_lines(const char *path, int (*visit)(void *ctx, char *line), void *ctx)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct line l = { .visit = visit, .ctx = ctx };
	char bytes[512];
	ssize_t n = 1;
	int r = 0;

	if (fd < 0)
		return -errno;
	while (r == 0 && n > 0) {
		n = read(fd, bytes, sizeof(bytes));
		r = n < 0 ? -errno : line_add(&l, bytes, (size_t)n);
	}
	if (r == 0 && l.len)
		r = line_end(&l);
	close(fd);
	return r;
}
