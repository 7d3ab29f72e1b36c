// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/child.c - the end of a child, with a bound
 */
#include "host/launch/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys.h"

#include "host/clock.h"

enum { DEATH_MS = 2000 };

int child_reap(pid_t pid, int64_t end_ms, int *status)
{
	struct pollfd p = { .fd = sys_pidfd_open(pid, 0), .events = POLLIN };
	int64_t left;
	pid_t r;

	while ((r = waitpid(pid, status, WNOHANG | __WALL)) == 0 &&
	       (left = end_ms - clock_ms()) > 0)
		(void)poll(&p, 1, (int)left);
	r = r < 0 ? -errno : r > 0 ? 0 : -ETIMEDOUT;
	if (p.fd >= 0)
		close(p.fd);
	return r;
}

void child_kill(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	(void)child_reap(pid, clock_ms() + DEATH_MS, &status);
}
