/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image/pack/bytes.h - a buffer that grows, and whole files in it
 *
 * Theory of operation: errors are sticky. Once memory ran out nothing more is
 * stored and @bad stays true; whoever writes the result out looks once.
 */
#ifndef IMAGE_PACK_BYTES_H
#define IMAGE_PACK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t *data; /* owned; NULL: none yet */
	size_t size;
	size_t room;
	bool bad;
};

void bytes_append(struct bytes *b, const void *data, size_t size);
void bytes_format(struct bytes *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* bytes_pad() - append zeros until the size is a multiple of @unit */
void bytes_pad(struct bytes *b, size_t unit);

/*
 * bytes_read() - append a whole file
 * @error:	SENTENCE_MAX bytes, the sentence on failure
 * Return: 0 or -errno
 */
int bytes_read(struct bytes *b, const char *path, char *error);

/*
 * bytes_write() - as a file of mode 0644 that is whole or not there
 * @error:	SENTENCE_MAX bytes, the sentence on failure
 * Return: 0; -ENOMEM: @b is bad; or -errno
 */
int bytes_write(const struct bytes *b, const char *path, char *error);

/* bytes_free() - and make it empty and good again */
void bytes_free(struct bytes *b);

#endif
