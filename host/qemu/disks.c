// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/disks.c - the appliance's disks, opened for one QEMU
 *
 * Theory of operation: a new open file description for each QEMU, for QEMU
 * locks bytes of it (F_OFD_SETLK on bytes 100 to 299: QEMU block/file-posix.c,
 * RAW_LOCK_PERM_BASE and RAW_LOCK_SHARED_BASE), and the lock must end with it.
 */
#include "host/qemu/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "host/config/appliance.h"

enum { LOCK_FIRST = 100, LOCK_LENGTH = 200 };

static bool in_use(int fd)
{
	struct flock l = { .l_type = F_WRLCK,
			   .l_whence = SEEK_SET,
			   .l_start = LOCK_FIRST,
			   .l_len = LOCK_LENGTH };

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

static int open_one(const struct disk *d, int *fd, char *error)
{
	*fd = open(d->path, (d->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (*fd < 0)
		return sentence(error, -errno,
				"disk %s: %s: %s: see to it that the user who "
				"runs reprise may open it",
				d->serial, d->path, strerror(errno));
	if (!d->read_only && in_use(*fd))
		return sentence(error, -EBUSY,
				"disk %s: %s is in use by another QEMU: end "
				"that one, or write read-only here and there",
				d->serial, d->path);
	return 0;
}

int disks_open(const struct appliance *a, int *fd, char *error)
{
	int r = 0;

	for (uint32_t i = 0; i < APPLIANCE_DISKS; i++)
		fd[i] = -1;
	for (uint32_t i = 0; r == 0 && i < a->disks; i++)
		r = open_one(&a->disk[i], &fd[i], error);
	return r;
}

void disks_close(int *fd)
{
	for (uint32_t i = 0; i < APPLIANCE_DISKS; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
		fd[i] = -1;
	}
}
