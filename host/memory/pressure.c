// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/pressure.c - to be told when memory has become scarce
 */
#include "host/memory/pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int refused(const char *path, int r, char *error)
{
	const char *what = "`reprise doctor` looks at it";

	if (r == -ENOENT || r == -EOPNOTSUPP)
		what = "boot with psi=1 (a kernel with CONFIG_PSI)";
	if (r == -EACCES || r == -EPERM)
		what = "before Linux 6.5 it takes CAP_SYS_RESOURCE";
	return sentence(error, r,
			"%s: %s: nobody will tell when memory has become "
			"scarce: %s",
			path, strerror(-r), what);
}

/* The kernel wants the whole line in one write, with its NUL. */
static int set_trigger(int fd)
{
	char line[48];
	int n = snprintf(line, sizeof(line), "some %d %d", PRESSURE_STALL_US,
			 PRESSURE_WINDOW_US);

	return write(fd, line, (size_t)n + 1) < 0 ? -errno : 0;
}

int pressure_open(const char *path, char *error)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int r = fd < 0 ? -errno : set_trigger(fd);

	if (r == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return refused(path, r, error);
}
