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

static inline int sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0U);
}

/* sys_clone_into() - fork(2) whose child is born in the cgroup @cgroup */
static inline pid_t sys_clone_into(int cgroup)
{
	const struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal,
			stack, stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = {
		.flags = UINT64_C(0x200000000), /* CLONE_INTO_CGROUP */
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)cgroup,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static inline int sys_close_range(unsigned int first, unsigned int last,
				  unsigned int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

#endif
