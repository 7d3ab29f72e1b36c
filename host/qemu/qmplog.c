// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/qmplog.c - what QEMU said on QMP while nobody listened
 */
#include "host/qemu/qmplog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Return: the end of the line at @at, past its newline */
static const char *line_end(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline ? newline + 1 : end;
}

/* Return: a new reference, or NULL; @name is borrowed from it */
static json_t *read_event(const char *at, const char *end, const char **name)
{
	json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);

	*name = json_string_value(json_object_get(line, "event"));
	if (*name)
		return line;
	json_decref(line);
	return NULL;
}

static bool runs_again(const char *event)
{
	return strcmp(event, "RESUME") == 0 || strcmp(event, "RESET") == 0;
}

static const char *last_stretch(const char *text, const char *end)
{
	const char *from = text;

	for (const char *at = text, *next; at < end; at = next) {
		const char *name;
		json_t *line;

		next = line_end(at, end);
		line = read_event(at, next, &name);
		if (line && runs_again(name))
			from = next;
		json_decref(line);
	}
	return from;
}

void qmplog_replay(const char *text, size_t len, qmplog_fn *fn, void *ctx)
{
	const char *end = text + len;
	const char *at = last_stretch(text, end);

	for (const char *next; at < end; at = next) {
		const char *name;
		json_t *line;

		next = line_end(at, end);
		line = read_event(at, next, &name);
		if (line)
			fn(ctx, name, json_object_get(line, "data"));
		json_decref(line);
	}
}

int qmplog_read(int dir_fd, const char *name, char *buf, size_t size)
{
	int fd = openat(dir_fd, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	off_t from;
	ssize_t n;

	if (fd < 0)
		return -errno;
	from = lseek(fd, 0, SEEK_END) - (off_t)size;
	n = pread(fd, buf, size, from > 0 ? from : 0);
	close(fd);
	return n < 0 ? -EIO : (int)n;
}
