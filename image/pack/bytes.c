// SPDX-License-Identifier: Apache-2.0
/*
 * image/pack/bytes.c - a buffer that grows, and whole files in it
 */
#include "image/pack/bytes.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/sentence.h"

/* Return: where @size more bytes may go; NULL: there is no memory */
static uint8_t *grow(struct bytes *b, size_t size)
{
	size_t room = b->room ? b->room : 4096;
	uint8_t *data;

	while (room - b->size < size)
		room *= 2;
	if (room != b->room) {
		data = b->bad ? NULL : realloc(b->data, room);
		b->bad = !data;
		if (b->bad)
			return NULL;
		b->data = data;
		b->room = room;
	}
	b->size += size;
	return b->data + b->size - size;
}

void bytes_append(struct bytes *b, const void *data, size_t size)
{
	uint8_t *to = size ? grow(b, size) : NULL;

	if (to)
		memcpy(to, data, size);
}

void bytes_format(struct bytes *b, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		b->bad = true;
	else
		bytes_append(b, text, (size_t)n);
}

void bytes_pad(struct bytes *b, size_t unit)
{
	while (b->size % unit && !b->bad)
		bytes_append(b, "", 1);
}

int bytes_read(struct bytes *b, const char *path, char *error)
{
	FILE *f = fopen(path, "rbe");
	uint8_t part[65536];
	size_t n = 0;
	int r = f ? 0 : -errno;

	while (f && (n = fread(part, 1, sizeof(part), f)) > 0)
		bytes_append(b, part, n);
	if (f && ferror(f))
		r = errno ? -errno : -EIO;
	if (f)
		fclose(f);
	if (r == 0 && b->bad)
		r = -ENOMEM;
	return r ? sentence(error, r, "%s cannot be read: %s", path,
			    strerror(-r))
		 : 0;
}

static int write_all(const struct bytes *b, const char *path)
{
	FILE *f = fopen(path, "wbe");
	int r = 0;

	if (!f)
		return -errno;
	if (fwrite(b->data, 1, b->size, f) != b->size ||
	    fchmod(fileno(f), 0644) < 0)
		r = -errno;
	if (fclose(f) != 0 && r == 0)
		r = -errno;
	return r;
}

int bytes_write(const struct bytes *b, const char *path, char *error)
{
	char part[PATH_MAX];
	int r = b->bad ? -ENOMEM : 0;

	if (r == 0 &&
	    snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
		r = -ENAMETOOLONG;
	if (r == 0)
		r = write_all(b, part);
	if (r == 0 && rename(part, path) < 0)
		r = -errno;
	return r ? sentence(error, r, "%s cannot be written: %s", path,
			    strerror(-r))
		 : 0;
}

void bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){ 0 };
}
