// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/lock.c - who holds the lock of an appliance
 */
#include "host/config/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

enum { LOOK_MS = 5 };

static struct flock of_part(short type, enum lock_part part)
{
	return (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = part,
		.l_len = 1,
	};
}

int lock_take(int fd, enum lock_part part)
{
	struct flock l = of_part(F_WRLCK, part);

	if (fcntl(fd, F_OFD_SETLK, &l) == 0)
		return 0;
	return errno == EACCES ? -EAGAIN : -errno;
}

static bool is_held(int fd, enum lock_part part)
{
	struct flock l = of_part(F_WRLCK, part);

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

enum holder lock_holder(int fd)
{
	if (is_held(fd, LOCK_SHIM))
		return HOLDER_SHIM;
	return is_held(fd, LOCK_LIFE) ? HOLDER_QEMU : HOLDER_NOBODY;
}

/* A lock has no event to poll for, and F_OFD_SETLKW no deadline. */
int lock_await(int fd, unsigned int ms)
{
	struct flock whole = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	for (unsigned int waited = 0;; waited += LOOK_MS) {
		if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
			return 0;
		if (errno != EAGAIN && errno != EACCES)
			return -errno;
		if (waited >= ms)
			return -ETIMEDOUT;
		poll(NULL, 0, LOOK_MS);
	}
}
