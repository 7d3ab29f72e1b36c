// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/process.c - QEMU as a process, and what is left of it
 */
#include "host/qemu/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4 /* linux/close_range.h */
#endif
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int keep_open(const int *keep, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fcntl(keep[i], F_SETFD, 0) < 0)
			return -errno;
	return 0;
}

/* In the child, up to exec. Return: -errno; it returns only on failure. */
static int become(char *const argv[], const int *keep, size_t count, int output)
{
	sigset_t none;
	int nothing, r;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		return -errno;
	sys_close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	r = keep_open(keep, count);
	if (r < 0)
		return r;
	execvp(argv[0], argv);
	return -errno;
}

/* Return: 0: exec succeeded, for it closed the pipe; else its -errno */
static int wait_for_exec(int pipe_fd)
{
	ssize_t n;
	int r = 0;

	do
		n = read(pipe_fd, &r, sizeof(r));
	while (n < 0 && errno == EINTR);
	close(pipe_fd);
	return n == (ssize_t)sizeof(r) ? r : 0;
}

int process_spawn(struct process *p, char *const argv[], const int *keep,
		  size_t keep_count, int output)
{
	int report[2], r;

	*p = (struct process){ .pidfd = -1, .helper_pidfd = -1 };
	if (pipe2(report, O_CLOEXEC) < 0)
		return -errno;
	p->pid = fork();
	if (p->pid == 0) {
		r = become(argv, keep, keep_count, output);
		(void)!write(report[1], &r, sizeof(r));
		_exit(127);
	}
	r = p->pid < 0 ? -errno : 0;
	close(report[1]);
	if (r == 0)
		r = wait_for_exec(report[0]);
	else
		close(report[0]);
	if (r == 0) {
		p->pidfd = sys_pidfd_open(p->pid, 0);
		r = p->pidfd < 0 ? -errno : 0;
		if (r < 0)
			kill(p->pid, SIGKILL);
	}
	if (r < 0 && p->pid > 0)
		waitpid(p->pid, NULL, __WALL);
	return r;
}

static int read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	buf[n] = '\0';
	return 0;
}

static bool is_helper_of(pid_t pid, pid_t qemu)
{
	char path[64], comm[32], wanted[32];

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	snprintf(wanted, sizeof(wanted), "cleanup/%d\n", (int)qemu);
	return read_text(path, comm, sizeof(comm)) == 0 &&
	       strcmp(comm, wanted) == 0;
}

/* Look among the children of @parent. Return: 0: there is no helper */
static pid_t helper_below(pid_t parent, pid_t qemu)
{
	char path[64], children[1024];
	char *at, *next = children;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent,
		 (int)parent);
	if (read_text(path, children, sizeof(children)) < 0)
		return 0;
	for (;;) {
		pid_t pid;

		at = next;
		pid = (pid_t)strtol(at, &next, 10);
		if (next == at)
			return 0;
		if (is_helper_of(pid, qemu))
			return pid;
	}
}

int process_find_helper(struct process *p)
{
	pid_t pid = helper_below(p->pid, p->pid);

	if (!pid) /* QEMU has ended, and it came home to us */
		pid = helper_below(getpid(), p->pid);
	if (!pid)
		return -ESRCH;
	p->helper_pidfd = sys_pidfd_open(pid, 0);
	if (p->helper_pidfd < 0)
		return -ESRCH;
	p->helper = pid;
	return 0;
}

int process_signal(const struct process *p, int sig)
{
	return sys_pidfd_send_signal(p->pidfd, sig) < 0 ? -errno : 0;
}

/* Return: the status as waitpid() would give it */
static int reap(int pidfd)
{
	siginfo_t info = { 0 };

	if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL) < 0)
		return 0;
	if (info.si_code == CLD_EXITED)
		return (info.si_status & 0xff) << 8;
	return (info.si_status & 0x7f) |
	       (info.si_code == CLD_DUMPED ? 0x80 : 0);
}

int process_reap(struct process *p)
{
	int status = reap(p->pidfd);

	close(p->pidfd);
	p->pidfd = -1;
	return status;
}

void process_nudge_helper(const struct process *p)
{
	if (p->helper_pidfd >= 0)
		sys_pidfd_send_signal(p->helper_pidfd, SIGKILL);
}

void process_reap_helper(struct process *p)
{
	reap(p->helper_pidfd);
	close(p->helper_pidfd);
	p->helper_pidfd = -1;
}

void process_close(struct process *p)
{
	if (p->pidfd >= 0)
		close(p->pidfd);
	if (p->helper_pidfd >= 0)
		close(p->helper_pidfd);
	p->pidfd = -1;
	p->helper_pidfd = -1;
}
