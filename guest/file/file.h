/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/file/file.h - small files, whole, without the heap
 */
#ifndef GUEST_FILE_FILE_H
#define GUEST_FILE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * file_read() - what @path holds, up to @size - 1 bytes, NUL-terminated
 * Return: bytes read; -errno, and @buf holds ""
 */
ssize_t file_read(const char *path, char *buf, size_t size);

/*
 * file_lines() - call @visit for each line, without its newline
 * @visit:	may change the line; returns 0 to go on, anything else stops.
 *	A line beyond 1023 bytes comes in pieces
 * Return: what the last @visit returned; -errno of open or read
 */
int file_lines(const char *path, int (*visit)(void *ctx, char *line),
	       void *ctx);

/*
 * file_replace() - @path holds @text, at once or not at all
 *
 * By "@path~" and rename(2); readers see the old file or the new one.
 * Return: 0; -ENAMETOOLONG: beyond 63 bytes; else -errno
 */
int file_replace(const char *path, const char *text, size_t len);

/*
 * dir_each() - call @visit for each entry but "." and ".."
 * @visit:	returns 0 to go on; anything else stops
 * Return: what the last @visit returned; -errno of open or read
 */
int dir_each(const char *path, int (*visit)(void *ctx, const char *name),
	     void *ctx);

#endif
