/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/text.h - a small file: all of it, or its beginning
 */
#ifndef HOST_CONFIG_TEXT_H
#define HOST_CONFIG_TEXT_H

#include <stddef.h>
#include <sys/types.h>

/*
 * text_read() - read a regular file into @buf
 * @dir_fd:	where a relative @path counts from, or AT_FDCWD
 * Return: bytes read, at most @size; -EFBIG: there are more; -EISDIR, -EINVAL:
 *	not a regular file; else -errno
 */
ssize_t text_read(int dir_fd, const char *path, char *buf, size_t size);

/*
 * text_head() - the beginning of a file of the kernel's, as far as it fits
 * @buf:	always terminated
 * Return: bytes, without the terminator; else -errno
 */
ssize_t text_head(const char *path, char *buf, size_t size);

#endif
