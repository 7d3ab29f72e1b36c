/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/cleanup_thread.h - the thread in which QEMU destroys a secure guest
 *
 * Its name is "async_cleanup" (docs/facts.md 2.3), which QEMU before 11.0 gives
 * it with debug-threads=on alone. It is a name for people, and no interface:
 * that it is not there says nothing.
 */
#ifndef HOST_QEMU_CLEANUP_THREAD_H
#define HOST_QEMU_CLEANUP_THREAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/core/cleanup.h"

/*
 * cleanup_thread_find() - the youngest of that name in process @pid
 * Return: all zero: there is none, or the process has gone
 */
struct cleanup_sight cleanup_thread_find(pid_t pid);

#endif
