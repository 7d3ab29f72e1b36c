// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/command.c - what another program says
 */
#include "host/doctor/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/launch/child.h"

/* Return: 1: it has said @until; 0: all was read; -ETIMEDOUT; else -errno */
static int read_all(int fd, const char *until, int64_t end_ms, char *text,
		    size_t size)
{
	char more[256];
	size_t len = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = end_ms - clock_ms();
		int ready = left <= 0 ? 0 : poll(&p, 1, (int)left);
		ssize_t n = -1;

		if (ready == 0)
			return -ETIMEDOUT;
		if (ready > 0)
			n = read(fd, more, sizeof(more));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if ((size_t)n > size - 1 - len)
			n = (ssize_t)(size - 1 - len);
		memcpy(text + len, more, (size_t)n);
		len += (size_t)n;
		text[len] = '\0';
		if (until && strstr(text, until))
			return 1;
	}
}

/* It may have closed its streams and go on. */
static int finish(pid_t pid, int64_t end_ms, bool early)
{
	int status, r = child_reap(pid, end_ms, &status);

	if (r < 0)
		child_kill(pid);
	else if (status || early)
		r = -EIO;
	return r;
}

int command_read(const char *const argv[], const char *until, char *text,
		 size_t size)
{
	int64_t end_ms = clock_ms() + COMMAND_MS;
	int out[2], r;
	pid_t pid;

	text[0] = '\0';
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	r = child_spawn(argv, -1, out[1], &pid);
	close(out[1]);
	if (r == 0) {
		r = read_all(out[0], until, end_ms, text, size);
		if (r)
			child_kill(pid);
		else
			r = finish(pid, end_ms, until != NULL);
	}
	close(out[0]);
	return r > 0 ? 0 : r;
}
