// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/errnos.c - how each system call may fail
 *
 * One row a call, with what its manual page says it may give to a caller that
 * makes no mistake: EBADF, EFAULT and the like are left out. So is what Linux
 * cannot do: close(2) closes whatever it returns; waitpid(2) with WNOHANG,
 * epoll_ctl(2) with EPOLL_CTL_DEL and fcntl(2) but for F_DUPFD need nothing
 * that could be missing.
 */
#include "tests/sweep/errnos.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/array.h"

enum { ERRNOS_MAX = 9 };

/* Return: true: this very call cannot fail */
static bool deletes(const struct seccomp_data *d)
{
	return d->args[1] == EPOLL_CTL_DEL;
}

static bool keeps_descriptor(const struct seccomp_data *d)
{
	return d->args[1] != F_DUPFD && d->args[1] != F_DUPFD_CLOEXEC;
}

static bool wait4_never_waits(const struct seccomp_data *d)
{
	return d->args[2] & WNOHANG;
}

static bool waitid_never_waits(const struct seccomp_data *d)
{
	return d->args[3] & WNOHANG;
}

#define CALL(call, ...)                                                        \
	.nr = SYS_##call, .name = #call, .errnos = { __VA_ARGS__ }

static const struct row {
	int nr;
	const char *name;
	int errnos[ERRNOS_MAX]; /* ends with 0 */
	bool (*safe)(const struct seccomp_data *d);
} rows[] = {
	{ CALL(accept4, EAGAIN, EMFILE, ENFILE, ENOMEM, ECONNABORTED) },
	{ CALL(access, ENOENT, EACCES, ENOMEM) },
	{ CALL(bind, EADDRINUSE, ENOENT, ENOSPC, EROFS, ENOMEM) },
	{ CALL(brk, ENOMEM) },
	{ CALL(chdir, ENOENT, ENOMEM) },
	{ CALL(chmod, ENOENT, EROFS, EPERM) },
	{ CALL(chown, ENOENT, EROFS, EPERM) },
	{ CALL(clone, EAGAIN, ENOMEM) },
	{ CALL(clone3, EAGAIN, ENOMEM, ENOSYS) },
	{ CALL(clock_nanosleep, EINTR) },
	{ CALL(close, 0) },
	{ CALL(connect, ECONNREFUSED, ENOENT, EAGAIN) },
	{ CALL(dup, EMFILE) },
	{ CALL(dup2, EMFILE, EBUSY) },
	{ CALL(dup3, EMFILE, EBUSY) },
	{ CALL(epoll_create1, EMFILE, ENFILE, ENOMEM) },
	{ CALL(epoll_ctl, ENOMEM, ENOSPC), .safe = deletes },
	{ CALL(epoll_pwait, EINTR) },
	{ CALL(epoll_wait, EINTR) },
	{ CALL(execve, ENOENT, EACCES, E2BIG, ENOEXEC, ENOMEM, EMFILE) },
	{ CALL(fchdir, EACCES) },
	{ CALL(fcntl, EMFILE), .safe = keeps_descriptor },
	{ CALL(fork, EAGAIN, ENOMEM) },
	{ CALL(fstat, ENOMEM) },
	{ CALL(fstatfs, EIO, ENOMEM) },
	{ CALL(getdents64, ENOENT, ENOMEM, EIO) },
	{ CALL(getsockname, ENOBUFS) },
	{ CALL(getrandom, EAGAIN, EINTR, ENOSYS) },
	{ CALL(ioctl, ENOTTY, EIO, ENOMEM) },
	{ CALL(kill, ESRCH, EPERM) },
	{ CALL(link, ENOSPC, EROFS) },
	{ CALL(listen, EADDRINUSE) },
	{ CALL(lseek, ESPIPE) },
	{ CALL(lstat, ENOENT, ENOMEM) },
	{ CALL(mkdir, EEXIST, ENOENT, ENOSPC, EROFS) },
	{ CALL(mkdirat, EEXIST, ENOENT, ENOSPC, EROFS) },
	{ CALL(mknod, EEXIST, ENOSPC, EPERM) },
	{ CALL(mmap, ENOMEM) },
	{ CALL(mount, EPERM, ENODEV, EBUSY, ENOMEM, EINVAL) },
	{ CALL(nanosleep, EINTR) },
	{ CALL(newfstatat, ENOENT, ENOMEM) },
	{ CALL(open, ENOENT, EACCES, EMFILE, ENFILE, ENOMEM, EINTR, EIO,
	       ENXIO) },
	{ CALL(openat, ENOENT, EACCES, EMFILE, ENFILE, ENOMEM, EINTR, EIO,
	       ENXIO) },
	{ CALL(pidfd_open, ESRCH, EMFILE, ENFILE, ENOSYS) },
	{ CALL(pidfd_send_signal, ESRCH, EPERM, ENOSYS) },
	{ CALL(pipe, EMFILE, ENFILE) },
	{ CALL(pipe2, EMFILE, ENFILE) },
	{ CALL(poll, EINTR, ENOMEM) },
	{ CALL(ppoll, EINTR, ENOMEM) },
	{ CALL(prctl, EINVAL, EPERM) },
	{ CALL(pread64, EINTR, EIO) },
	{ CALL(prlimit64, EPERM) },
	{ CALL(read, EAGAIN, EINTR, EIO, ENODEV, ENOMEM) },
	{ CALL(readlink, ENOENT, EACCES, ENOMEM) },
	{ CALL(readv, EAGAIN, EINTR, EIO) },
	{ CALL(reboot, EPERM) },
	{ CALL(recvfrom, EAGAIN, ECONNRESET, ENOMEM) },
	{ CALL(recvmsg, EAGAIN, ECONNRESET, ENOMEM, ENOBUFS) },
	{ CALL(rename, ENOSPC, EROFS, EIO) },
	{ CALL(rmdir, EBUSY, ENOENT) },
	{ CALL(rt_sigtimedwait, EAGAIN, EINTR) },
	{ CALL(sched_setattr, EPERM, EINVAL) },
	{ CALL(sendmsg, EAGAIN, ECONNRESET, EPIPE, ENOMEM) },
	{ CALL(sendto, EAGAIN, ECONNRESET, EPIPE, ENOMEM) },
	{ CALL(setgid, EPERM) },
	{ CALL(setgroups, EPERM, ENOMEM) },
	{ CALL(setpgid, EPERM) },
	{ CALL(setresgid, EPERM) },
	{ CALL(setresuid, EPERM, EAGAIN) },
	{ CALL(setrlimit, EPERM) },
	{ CALL(setsid, EPERM) },
	{ CALL(setsockopt, ENOMEM, ENOPROTOOPT) },
	{ CALL(setuid, EPERM, EAGAIN) },
	{ CALL(signalfd4, EMFILE, ENFILE, ENODEV, ENOMEM) },
	{ CALL(socket, EMFILE, ENFILE, ENOMEM, ENOBUFS, EAFNOSUPPORT) },
	{ CALL(socketpair, EMFILE, ENFILE, ENOMEM) },
	{ CALL(splice, EAGAIN, ENOMEM) },
	{ CALL(stat, ENOENT, ENOMEM) },
	{ CALL(statfs, ENOENT, EIO, ENOMEM) },
	{ CALL(statx, ENOENT, ENOMEM) },
	{ CALL(symlink, EEXIST, ENOSPC, EROFS) },
	{ CALL(timerfd_create, EMFILE, ENFILE, ENODEV, ENOMEM) },
	{ CALL(timerfd_settime, 0) },
	{ CALL(umount2, EBUSY, EINVAL) },
	{ CALL(unlink, ENOENT, EROFS, EBUSY) },
	{ CALL(unshare, EPERM, ENOMEM) },
	{ CALL(vfork, EAGAIN, ENOMEM) },
	{ CALL(wait4, EINTR), .safe = wait4_never_waits },
	{ CALL(waitid, EINTR), .safe = waitid_never_waits },
	{ CALL(write, EAGAIN, EINTR, EIO, ENOSPC, EPIPE, ENOMEM) },
	{ CALL(writev, EAGAIN, EINTR, EIO, ENOSPC, EPIPE, ENOMEM) },
};

static const struct row *row_of(int nr)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].nr == nr)
			return &rows[i];
	return NULL;
}

static bool transient(const struct row *r, int error)
{
	const bool forks = r->nr == SYS_clone || r->nr == SYS_clone3;

	return error == EINTR || (error == EAGAIN && !forks);
}

const int *errnos_of(const struct seccomp_data *call, bool lasts, int *count)
{
	static int some[ERRNOS_MAX];
	const struct row *r = row_of(call->nr);

	*count = 0;
	if (!r || (r->safe && r->safe(call)))
		return some;
	for (int i = 0; i < ERRNOS_MAX && r->errnos[i]; i++)
		if (!lasts || !transient(r, r->errnos[i]))
			some[(*count)++] = r->errnos[i];
	return some;
}

bool errnos_may_deafen(int nr)
{
	return nr == SYS_reboot;
}

const char *errnos_call(int nr)
{
	const struct row *r = row_of(nr);
	static char text[24];

	if (r)
		return r->name;
	snprintf(text, sizeof(text), "call %d", nr);
	return text;
}
