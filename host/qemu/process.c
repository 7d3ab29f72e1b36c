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

#include "host/launch/launcher.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int process_spawn(struct process *p, const struct launcher *l,
		  const struct spawn *s)
{
	struct spawned made;
	int r = launcher_spawn(l, s, &made);

	*p = (struct process){ .pidfd = -1, .helper_pidfd = -1 };
	if (r < 0)
		return r;
	p->pid = made.pid;
	p->pidfd = made.pidfd;
	p->in_cgroup = made.in_cgroup;
	return 0;
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
