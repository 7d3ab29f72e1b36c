// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/child.c - a program that a test has started
 */
#include "tests/integration/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/sys.h"

extern char **environ;

int64_t child_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int64_t child_deadline(void)
{
	return child_now() + CHILD_DEADLINE_MS;
}

int child_left(int64_t end_ms)
{
	int64_t left = end_ms - child_now();

	return left > 0 ? (int)left : 0;
}

static int spawn(struct child *c, const char *const argv[], const int *ends,
		 int fd3)
{
	posix_spawn_file_actions_t a;
	char *words[16];
	int r;

	for (r = 0; argv[r]; r++)
		words[r] = strdup(argv[r]);
	words[r] = NULL;
	posix_spawn_file_actions_init(&a);
	posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&a, ends[CHILD_OUT], 1);
	posix_spawn_file_actions_adddup2(&a, ends[CHILD_ERR], 2);
	if (fd3 >= 0)
		posix_spawn_file_actions_adddup2(&a, fd3, 3);
	r = posix_spawn(&c->pid, words[0], &a, NULL, words, environ);
	posix_spawn_file_actions_destroy(&a);
	for (int i = 0; words[i]; i++)
		free(words[i]);
	return -r;
}

int child_start(struct child *c, const char *const argv[], int fd3)
{
	int ends[CHILD_STREAMS], r;

	memset(c, 0, sizeof(*c));
	c->pidfd = -1;
	for (int i = 0; i < CHILD_STREAMS; i++) {
		int both[2];

		if (pipe2(both, O_CLOEXEC) < 0)
			abort();
		fcntl(both[0], F_SETFL, O_NONBLOCK);
		c->fd[i] = both[0];
		ends[i] = both[1];
	}
	r = spawn(c, argv, ends, fd3);
	for (int i = 0; i < CHILD_STREAMS; i++)
		close(ends[i]);
	if (r == 0)
		c->pidfd = sys_pidfd_open(c->pid, 0);
	else
		c->pid = 0;
	return r;
}

/* Keep what fits, read the rest all the same. */
static void hear(struct child *c, int s)
{
	char piece[4096];
	ssize_t n;

	while (c->fd[s] >= 0 &&
	       (n = read(c->fd[s], piece, sizeof(piece))) >= 0) {
		size_t room = CHILD_TEXT - 1 - c->len[s];
		size_t kept = (size_t)n < room ? (size_t)n : room;

		if (n == 0) {
			close(c->fd[s]);
			c->fd[s] = -1;
		}
		memcpy(c->text[s] + c->len[s], piece, kept);
		c->len[s] += kept;
	}
}

static void reap(struct child *c)
{
	int status;

	if (waitpid(c->pid, &status, WNOHANG | __WALL) != c->pid)
		return;
	c->ended = true;
	c->code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	c->pid = 0;
	close(c->pidfd);
	c->pidfd = -1;
}

bool child_poll(struct child *c, int also, int64_t end_ms)
{
	struct pollfd p[] = {
		{ .fd = c->fd[CHILD_OUT], .events = POLLIN },
		{ .fd = c->fd[CHILD_ERR], .events = POLLIN },
		{ .fd = c->pidfd, .events = POLLIN },
		{ .fd = also, .events = POLLIN },
	};
	int n = poll(p, 4, child_left(end_ms));

	if (p[2].revents)
		reap(c);
	for (int i = 0; i < CHILD_STREAMS; i++)
		hear(c, i);
	return n > 0 || (n < 0 && errno == EINTR);
}

bool child_await_text(struct child *c, enum child_stream s, const char *text)
{
	int64_t end_ms = child_deadline();

	while (!strstr(c->text[s], text))
		if (c->ended || !child_poll(c, -1, end_ms))
			return false;
	return true;
}

bool child_await_end(struct child *c)
{
	int64_t end_ms = child_deadline();

	while (!c->ended)
		if (!child_poll(c, -1, end_ms))
			return false;
	return true;
}

void child_close(struct child *c)
{
	if (c->pid) {
		sys_pidfd_send_signal(c->pidfd, SIGKILL);
		waitpid(c->pid, NULL, __WALL);
		close(c->pidfd);
	}
	for (int i = 0; i < CHILD_STREAMS; i++)
		if (c->fd[i] >= 0)
			close(c->fd[i]);
	c->pid = 0;
	c->pidfd = c->fd[CHILD_OUT] = c->fd[CHILD_ERR] = -1;
}

bool child_await_pid(pid_t pid)
{
	struct pollfd p = { .fd = sys_pidfd_open(pid, 0), .events = POLLIN };
	bool ended = p.fd >= 0 && poll(&p, 1, CHILD_DEADLINE_MS) > 0;

	if (p.fd >= 0)
		close(p.fd);
	return ended && waitpid(pid, NULL, __WALL) == pid;
}

/* The first child that the kernel lists. Return: 0: there is none */
static pid_t any_child(void)
{
	char path[64], list[64];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, list, sizeof(list) - 1);
		close(fd);
	}
	list[n > 0 ? n : 0] = '\0';
	return (pid_t)strtol(list, NULL, 10);
}

/* What one of them leaves behind becomes ours, and has its turn. */
int child_kill_all(void)
{
	int count = 0;
	pid_t pid;

	while ((pid = any_child()) > 0) {
		int fd = sys_pidfd_open(pid, 0);

		count++;
		if (fd >= 0) {
			sys_pidfd_send_signal(fd, SIGKILL);
			close(fd);
		}
		waitpid(pid, NULL, __WALL);
	}
	return count;
}
