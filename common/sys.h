/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/sys.h - system calls that musl 1.2.3 has no wrapper for
 *
 * Each is the bare call: -1 and errno on failure, as its manual page says.
 */
#ifndef COMMON_SYS_H
#define COMMON_SYS_H

#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int sys_pidfd_open(pid_t pid, unsigned int flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

/*
 * sys_waitid_pidfd() - waitid(2) of a pidfd, and the resources that were used
 * @used:	struct rusage
 */
static inline int sys_waitid_pidfd(int pidfd, siginfo_t *info, int options,
				   void *used)
{
	const int by_pidfd = 3; /* P_PIDFD */

	return (int)syscall(SYS_waitid, by_pidfd, pidfd, info, options, used);
}

static inline int sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0U);
}

/* of linux/sched.h, which cannot be included beside sched.h */
#define SYS_CLONE_PIDFD UINT64_C(0x1000)
#define SYS_CLONE_PARENT UINT64_C(0x8000)
#define SYS_CLONE_INTO_CGROUP UINT64_C(0x200000000)

/*
 * sys_clone_process() - fork(2) with clone3's flags
 * @cgroup:	directory of the cgroup, with SYS_CLONE_INTO_CGROUP
 * @pidfd:	written in the parent, with SYS_CLONE_PIDFD
 */
static inline pid_t sys_clone_process(uint64_t flags, int cgroup, int *pidfd)
{
	const struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal,
			stack, stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = {
		.flags = flags,
		.pidfd = (uintptr_t)pidfd,
		/* a sibling signals its end as its maker does */
		.exit_signal = flags & SYS_CLONE_PARENT ? 0 : SIGCHLD,
		.cgroup = (uint64_t)cgroup,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* sys_clone_into() - fork(2) whose child is born in the cgroup @cgroup */
static inline pid_t sys_clone_into(int cgroup)
{
	return sys_clone_process(SYS_CLONE_INTO_CGROUP, cgroup, NULL);
}

static inline int sys_close_range(unsigned int first, unsigned int last,
				  unsigned int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

#endif
