// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/spawn.c - start a program with exactly these descriptors
 *
 * Theory of operation: clone3() makes the child, in its cgroup from its first
 * instruction on (a process that is moved later leaves QEMU's teardown helper
 * behind) and seen through a pidfd. The child first copies all that it keeps
 * to high numbers, so that no copy to its final number can hit one that is
 * still needed. Before that it waits at a socket until its parent has put it
 * where it belongs; exec closes it, which tells that exec came about.
 */
#include "host/launch/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys.h"

#include "host/launch/identity.h"
#include "host/memory/victim.h"

enum { HIGH = SPAWN_FD_MAX + 1 };

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4 /* linux/close_range.h */
#endif

static int set_streams(int output)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		return -errno;
	return 0;
}

static int move_descriptors(const struct spawn *s)
{
	const int *as = s->as ? s->as : s->keep;
	int high[SPAWN_FDS];

	for (size_t i = 0; i < s->keep_count; i++) {
		high[i] = fcntl(s->keep[i], F_DUPFD_CLOEXEC, HIGH);
		if (high[i] < 0)
			return -errno;
	}
	sys_close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < s->keep_count; i++)
		if (dup2(high[i], as[i]) < 0)
			return -errno;
	return 0;
}

/* In the child, up to exec. Return: -errno; it returns only on failure. */
static int become(const struct spawn *s, const struct identity *who)
{
	sigset_t none;
	int r;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	r = set_streams(s->output);
	if (r == 0)
		r = move_descriptors(s);
	if (r == 0 && who)
		r = identity_take(who);
	if (r < 0)
		return r;
	execvp(s->argv[0], s->argv);
	return -errno;
}

_Noreturn static void child(const struct spawn *s, const struct identity *who,
			    const int pair[2])
{
	int parent = fcntl(pair[1], F_DUPFD_CLOEXEC, HIGH);
	int r = parent < 0 ? -errno : 0;
	char go;

	close(pair[0]);
	(void)!read(pair[1], &go, 1); /* its end means: go on */
	if (r == 0)
		r = become(s, who);
	(void)!write(parent < 0 ? pair[1] : parent, &r, sizeof(r));
	_exit(127);
}

/* What must be done from outside, and before it is somebody else. */
static void place(const struct spawn *s, struct spawned *ret)
{
	char pid[16];
	int n = snprintf(pid, sizeof(pid), "%d", (int)ret->pid);

	if (s->memory_group)
		ret->in_memory_group =
			write(s->memory_group, pid, (size_t)n) == n;
	if (!s->with_score)
		return;
	ret->score_fd = victim_open(ret->pid);
	if (ret->score_fd < 0)
		ret->score_fd = 0;
	else
		victim_stand(ret->score_fd, STANDING_SERVES);
}

/* Return: 0: exec succeeded, for it closed the socket; else its -errno */
static int wait_for_exec(int child)
{
	ssize_t n;
	int r = 0;

	do
		n = read(child, &r, sizeof(r));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(r) ? r : 0;
}

static pid_t clone_child(const struct spawn *s, bool for_parent,
			 struct spawned *ret)
{
	const uint64_t flags =
		SYS_CLONE_PIDFD | (for_parent ? SYS_CLONE_PARENT : 0);
	pid_t pid = -1;

	if (s->cgroup >= 0)
		pid = sys_clone_process(flags | SYS_CLONE_INTO_CGROUP,
					s->cgroup, &ret->pidfd);
	ret->in_cgroup = pid >= 0;
	if (pid < 0)
		pid = sys_clone_process(flags, 0, &ret->pidfd);
	return pid;
}

/* @ret->pid stays: whoever is the parent has to reap it. */
static void undo(bool for_parent, struct spawned *ret)
{
	if (ret->pidfd >= 0 && !for_parent)
		waitpid(ret->pid, NULL, __WALL);
	if (ret->pidfd >= 0)
		close(ret->pidfd);
	if (ret->score_fd)
		close(ret->score_fd);
	ret->pidfd = -1;
	ret->score_fd = 0;
}

int spawn_program(const struct spawn *s, const struct identity *who,
		  bool for_parent, struct spawned *ret)
{
	int pair[2], r;

	*ret = (struct spawned){ .pidfd = -1 };
	if (s->keep_count > SPAWN_FDS)
		return -E2BIG;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ret->pid = clone_child(s, for_parent, ret);
	if (ret->pid == 0)
		child(s, who, pair);
	r = ret->pid < 0 ? -errno : 0;
	close(pair[1]);
	if (r == 0) {
		place(s, ret);
		shutdown(pair[0], SHUT_WR);
		r = wait_for_exec(pair[0]);
	}
	close(pair[0]);
	if (r < 0)
		undo(for_parent, ret);
	return r;
}
