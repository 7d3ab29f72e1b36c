/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/pressure.h - to be told when memory has become scarce
 *
 * Theory of operation: the kernel counts for how long tasks had to wait for
 * memory (pressure stall information), and wakes whoever asked for it once
 * that was more than a share of a window. Without CAP_SYS_RESOURCE the window
 * has to be of whole two seconds (docs/facts.md 10.5). It wakes at most once in
 * a window, and never says that the pressure is over.
 *
 * Source: Linux Documentation/accounting/psi.rst.
 */
#ifndef HOST_MEMORY_PRESSURE_H
#define HOST_MEMORY_PRESSURE_H

#include "host/sentence.h"

/* Of the whole host; a cgroup of v2 has its own, memory.pressure. */
#define PRESSURE_HOST "/proc/pressure/memory"

/* Some task waited for so long within the window, microseconds. */
enum { PRESSURE_STALL_US = 150000, PRESSURE_WINDOW_US = 2000000 };

/*
 * pressure_open() - from now on, until it is closed
 * @path:	PRESSURE_HOST, or memory.pressure of a cgroup
 *
 * EPOLLPRI: it was exceeded; there is nothing to read. EPOLLERR: the cgroup has
 * gone, close it.
 * Return: a descriptor, CLOEXEC, the caller's; -ENOENT, -EOPNOTSUPP: the kernel
 *	does not count; -EACCES, -EPERM: not for us; else -errno; @error has the
 *	sentence
 */
int pressure_open(const char *path, char *error);

#endif
