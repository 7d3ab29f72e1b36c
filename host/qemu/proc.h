/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/proc.h - what /proc says of a process
 *
 * Source: proc(5). What it says is of whoever has the pid now: only a pidfd
 * that was opened before tells that it still is the same.
 */
#ifndef HOST_QEMU_PROC_H
#define HOST_QEMU_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * proc_read() - /proc/PID/FILE, as far as it fits, always terminated
 * Return: bytes, without the terminator; -ENOENT, -ESRCH: it has gone; -errno
 */
ssize_t proc_read(pid_t pid, const char *file, char *buf, size_t size);

/*
 * proc_start() - when it was started, in clock ticks since the host's boot
 * Return: 0: there is no such process, or it is a zombie; but one that is our
 *	child is still there, for us to reap
 */
uint64_t proc_start(pid_t pid);

/* proc_parent() - Return: 0: there is no such process */
pid_t proc_parent(pid_t pid);

/*
 * proc_argument() - the word after @option on a command line of proc_read()
 * @nth:	which of them, from 0
 * Return: NULL: there is none
 */
const char *proc_argument(const char *cmdline, size_t len, const char *option,
			  unsigned int nth);

enum proc_holds { PROC_HOLDS_NOT, PROC_HOLDS, PROC_HOLDS_UNKNOWN };

/*
 * proc_holds() - has it this file open, even if that was removed since?
 * Return: PROC_HOLDS_UNKNOWN: we may not look
 */
enum proc_holds proc_holds(pid_t pid, const char *path);

/* proc_each() - call @each for every process, until it says true */
void proc_each(bool (*each)(void *ctx, pid_t pid), void *ctx);

#endif
