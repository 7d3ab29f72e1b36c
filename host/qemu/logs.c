// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/logs.c - what QEMU writes may not fill the disk
 */
#include "host/qemu/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

int logs_watch(const int logs[static 2])
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char path[32];

	if (fd < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", logs[i]);
		if (inotify_add_watch(fd, path, IN_MODIFY) < 0) {
			int e = errno;

			close(fd);
			return -e;
		}
	}
	return fd;
}

void logs_heed(int fd)
{
	struct inotify_event events[16]; /* without names */

	/* once: more may come for as long as one reads */
	(void)!read(fd, events, sizeof(events));
}

bool logs_bound(int log)
{
	struct stat st;

	return fstat(log, &st) == 0 && st.st_blocks > LOGS_MOST / 512 &&
	       fallocate(log, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			 st.st_size - LOGS_KEPT) == 0;
}
