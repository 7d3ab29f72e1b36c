// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/text.c - a small file, whole
 */
#include "host/config/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, buf + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return (ssize_t)len;
		len += (size_t)n;
	}
	return read(fd, &(char){ 0 }, 1) == 0 ? (ssize_t)len : -EFBIG;
}

ssize_t text_read(int dir_fd, const char *path, char *buf, size_t size)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t r;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		r = -EINVAL;
	else
		r = read_all(fd, buf, size);
	close(fd);
	return r;
}
