// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/child.c - a child that runs a program, and its end, with a bound
 */
#include "host/launch/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys.h"

#include "host/clock.h"

enum { DEATH_MS = 2000 };

/* Return: 0; an errno */
static int arrange(posix_spawn_file_actions_t *a, int in, int out)
{
	int e = in < 0 ? posix_spawn_file_actions_addopen(
				 a, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
		       : posix_spawn_file_actions_adddup2(a, in, STDIN_FILENO);

	if (e == 0)
		e = posix_spawn_file_actions_adddup2(a, out, STDOUT_FILENO);
	return e ? e : posix_spawn_file_actions_adddup2(a, out, STDERR_FILENO);
}

int child_spawn(const char *const argv[], int in, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int e = posix_spawn_file_actions_init(&actions);

	if (e)
		return -e;
	e = arrange(&actions, in, out);
	if (e == 0)
		e = posix_spawnp(pid, argv[0], &actions, NULL,
				 (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -e;
}

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
