/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/sys.h - system calls that musl 1.2.3 has no wrapper for
 *
 * Each is the bare call: -1 and errno on failure, as its manual page says.
 */
#ifndef COMMON_SYS_H
#define COMMON_SYS_H

#include <signal.h>
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

static inline int sys_close_range(unsigned int first, unsigned int last,
				  unsigned int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

#endif
