// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/child.c - a child that runs a program, and its end, with a bound
 *
 * That a program could not be executed comes back by a pipe, which an execution
 * closes. posix_spawn(3) would do as well, but is 2 KiB of code.
 */
#include "host/launch/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys.h"

#include "host/clock.h"

enum { DEATH_MS = 2000 };

static _Noreturn void become(const char *const argv[], int in, int out,
			     int report)
{
	if (in < 0)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in >= 0 && dup2(in, STDIN_FILENO) >= 0 &&
	    dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0)
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	(void)!write(report, &errno, sizeof(errno));
	_exit(EXIT_FAILURE);
}

int child_spawn(const char *const argv[], int in, int out, pid_t *pid)
{
	int report[2], error = 0, status;

	if (pipe2(report, O_CLOEXEC) < 0)
		return -errno;
	*pid = fork();
	if (*pid == 0)
		become(argv, in, out, report[1]);
	if (*pid < 0)
		error = errno;
	close(report[1]);
	while (read(report[0], &error, sizeof(error)) < 0 && errno == EINTR)
		;
	close(report[0]);
	if (*pid > 0 && error)
		child_reap(*pid, clock_ms() + DEATH_MS, &status);
	return -error;
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
