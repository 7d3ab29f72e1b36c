// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/process.c - QEMU as a process, and what is left of it
 */
#include "host/qemu/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys.h"

#include "host/launch/launcher.h"
#include "host/memory/victim.h"
#include "host/qemu/lockmark.h"
#include "host/qemu/proc.h"

enum { REAP_MS = 100, INFO_EXIT = 8 };

/* The first 64 bytes, which every version knows. */
struct pidfd_info {
	uint64_t mask, cgroup;
	uint32_t ids[11];
	int32_t exit_code;
};
#define GET_INFO _IOWR(0xff, 11, struct pidfd_info)

int process_spawn(struct process *p, const struct launcher *l,
		  const struct spawn *s)
{
	struct spawned made;
	int r = launcher_spawn(l, s, &made);

	*p = PROCESS_NONE;
	if (r < 0)
		return r;
	p->pid = made.pid;
	p->pidfd = made.pidfd;
	p->in_cgroup = made.in_cgroup;
	p->in_memory_group = made.in_memory_group;
	p->score_fd = made.score_fd;
	return 0;
}

/* One that has ended stays for who reaps it, and is no helper any more. */
static bool is_helper_of(pid_t pid, pid_t qemu)
{
	char comm[32], wanted[32];

	snprintf(wanted, sizeof(wanted), "cleanup/%d\n", (int)qemu);
	return proc_read(pid, "comm", comm, sizeof(comm)) > 0 &&
	       strcmp(comm, wanted) == 0 && proc_start(pid);
}

/* Look among the children of @parent. Return: 0: there is no helper */
static pid_t helper_below(pid_t parent, pid_t qemu)
{
	char file[64], children[1024];
	char *at, *next = children;

	snprintf(file, sizeof(file), "task/%d/children", (int)parent);
	if (proc_read(parent, file, children, sizeof(children)) < 0)
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

struct helper_search {
	const char *mark;
	pid_t qemu, found;
};

static bool look_for_helper(void *ctx, pid_t pid)
{
	struct helper_search *s = ctx;

	if (is_helper_of(pid, s->qemu) &&
	    (proc_parent(pid) == s->qemu || lockmark_on(pid, s->mark)))
		s->found = pid;
	return s->found != 0;
}

static pid_t helper_anywhere(pid_t qemu, const char *mark)
{
	struct helper_search s = { .mark = mark, .qemu = qemu };

	proc_each(look_for_helper, &s);
	return s.found;
}

int process_find_helper(struct process *p, const char *mark)
{
	pid_t pid = helper_below(p->pid, p->pid);

	if (!pid) /* QEMU has ended, and it came home to us */
		pid = helper_below(getpid(), p->pid);
	if (!pid)
		pid = helper_anywhere(p->pid, mark);
	if (!pid)
		return -ESRCH;
	p->helper_pidfd = sys_pidfd_open(pid, 0);
	if (p->helper_pidfd < 0)
		return -ESRCH;
	p->helper = pid;
	p->helper_start = proc_start(pid);
	return 0;
}

int process_adopt(struct process *p, pid_t pid, uint64_t start)
{
	*p = (struct process){ .pid = pid, .pidfd = -1, .helper_pidfd = -1 };
	p->pidfd = sys_pidfd_open(pid, 0);
	if (p->pidfd < 0)
		return -errno;
	if (proc_start(pid) != start) {
		process_close(p);
		return -ESRCH;
	}
	p->score_fd = victim_open(pid);
	if (p->score_fd < 0)
		p->score_fd = 0;
	return 0;
}

int process_adopt_helper(struct process *p, pid_t qemu, pid_t helper,
			 uint64_t start)
{
	*p = (struct process){ .pid = qemu,
			       .pidfd = -1,
			       .status = -1,
			       .helper = helper,
			       .helper_start = start };
	p->helper_pidfd = sys_pidfd_open(helper, 0);
	if (p->helper_pidfd < 0)
		return -errno;
	if (proc_start(helper) == start)
		return 0;
	process_close(p);
	return -ESRCH;
}

int process_signal(const struct process *p, int sig)
{
	return sys_pidfd_send_signal(p->pidfd, sig) < 0 ? -errno : 0;
}

bool process_ended(const struct process *p)
{
	struct pollfd end = { .fd = p->pidfd, .events = POLLIN };

	return poll(&end, 1, 0) > 0;
}

/*
 * The status of who was not our child, once its parent has reaped it: pidfs of
 * Linux 6.15 keeps it (linux/pidfd.h, struct pidfd_info, PIDFD_INFO_EXIT).
 */
static int status_of_stranger(int pidfd, int wait_ms)
{
	struct pollfd reaped = { .fd = pidfd }; /* POLLHUP then */
	struct pidfd_info info = { .mask = INFO_EXIT };

	if (poll(&reaped, 1, wait_ms) <= 0 ||
	    ioctl(pidfd, GET_INFO, &info) < 0 || !(info.mask & INFO_EXIT))
		return -1;
	return info.exit_code;
}

static uint64_t microseconds(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec;
}

/* Return: the status as waitpid() would give it; -1: it is not known */
static int reap(int *pidfd, int wait_ms, uint64_t *cpu_us)
{
	struct rusage used = { 0 };
	siginfo_t info = { 0 };
	int status;

	if (sys_waitid_pidfd(*pidfd, &info, WEXITED | __WALL, &used) < 0)
		status = status_of_stranger(*pidfd, wait_ms);
	else if (info.si_code == CLD_EXITED)
		status = (info.si_status & 0xff) << 8;
	else
		status = (info.si_status & 0x7f) |
			 (info.si_code == CLD_DUMPED ? 0x80 : 0);
	close(*pidfd);
	*pidfd = -1;
	*cpu_us = microseconds(&used.ru_utime) + microseconds(&used.ru_stime);
	return status;
}

int process_reap(struct process *p)
{
	uint64_t cpu_us;

	p->status = reap(&p->pidfd, REAP_MS, &cpu_us);
	return p->status;
}

void process_nudge_helper(const struct process *p)
{
	if (p->helper_pidfd >= 0)
		sys_pidfd_send_signal(p->helper_pidfd, SIGKILL);
}

void process_bury(struct process *p)
{
	uint64_t cpu_us;

	p->status = reap(&p->pidfd, 0, &cpu_us);
}

void process_reap_helper(struct process *p)
{
	p->helper_status = reap(&p->helper_pidfd, 0, &p->helper_cpu_us);
}

void process_close(struct process *p)
{
	if (p->pidfd >= 0)
		close(p->pidfd);
	if (p->helper_pidfd >= 0)
		close(p->helper_pidfd);
	if (p->score_fd)
		close(p->score_fd);
	p->pidfd = -1;
	p->helper_pidfd = -1;
	p->score_fd = 0;
}
