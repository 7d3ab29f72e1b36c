// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/victim.c - whom the kernel kills first when memory is short
 *
 * A guest that boots has 999, not a few hundred: one that serves may hold most
 * of the machine, and 300 more points are less than its size.
 */
#include "host/memory/victim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const int scores[STANDINGS] = {
	[STANDING_SHIM] = -900,
	[STANDING_SERVES] = 0,
	[STANDING_BOOTS] = 999,
};

static int open_score(pid_t pid, int flags)
{
	char path[48] = "/proc/self/oom_score_adj";
	int fd;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/oom_score_adj",
			 (int)pid);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int victim_open(pid_t pid)
{
	return open_score(pid, O_WRONLY);
}

/* Return: what the caller has; 0: that is not known */
static int own_score(void)
{
	int fd = open_score(0, O_RDONLY);
	char text[16] = "";

	if (fd < 0)
		return 0;
	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	return (int)strtol(text, NULL, 10);
}

int victim_stand(int fd, enum standing standing)
{
	int score = scores[standing], own = own_score();
	char text[16];
	int n;

	if (standing != STANDING_SHIM && score < own)
		score = own;
	n = snprintf(text, sizeof(text), "%d", score);
	return pwrite(fd, text, (size_t)n, 0) < 0 ? -errno : 0;
}
