/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/busy.h - does QEMU's main thread still do anything?
 *
 * It is the thread that destroys memory while QMP is deaf; vCPUs have threads
 * of their own, so the time of the whole process would say nothing.
 */
#ifndef HOST_QEMU_BUSY_H
#define HOST_QEMU_BUSY_H

#include <stdint.h>
#include <sys/types.h>

/*
 * busy_main_thread() - CPU time of the main thread of @pid, microseconds
 *
 * In steps of the kernel's clock tick, usually 10 ms. Return: 0: it has gone
 */
uint64_t busy_main_thread(pid_t pid);

/*
 * busy_read() - the same, from the text of /proc/PID/task/PID/stat
 * @ticks:	per second
 * Return: 0 also for a text of another form
 */
uint64_t busy_read(const char *stat, long ticks);

#endif
