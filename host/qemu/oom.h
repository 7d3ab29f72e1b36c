/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/oom.h - was it the kernel that killed QEMU, for want of memory?
 *
 * Theory of operation: a SIGKILL does not say who sent it. The kernel counts
 * its own in the control group of the process (cgroup v2 memory.events, v1
 * memory.oom_control: `oom_kill`), and writes the pid into its log (Linux
 * mm/oom_kill.c, "Killed process PID (NAME)"). There it names one of those who
 * share the memory, as often as not the teardown helper cleanup/<pid>. Either
 * may be out of reach for an unprivileged shim; then there is no such evidence.
 */
#ifndef HOST_QEMU_OOM_H
#define HOST_QEMU_OOM_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/core/verdict.h"

struct oom_watch {
	char counter[PATH_MAX]; /* the file that counts; "": none can be read */
	uint64_t kills;		/* what it said at the start */
	uint64_t since_us; /* CLOCK_MONOTONIC, as the kernel's log has it */
	pid_t pid;
};

/*
 * oom_watch() - QEMU has just been started
 * @now_us:	CLOCK_MONOTONIC, microseconds
 */
void oom_watch(struct oom_watch *w, pid_t pid, uint64_t now_us);

/* oom_found() - it was killed by SIGKILL: by the kernel? */
enum oom oom_found(const struct oom_watch *w);

/*
 * oom_counter_path() - where the kills of a process are counted
 * @groups:	its /proc/PID/cgroup
 * @n:		the which-th place to look at, from 0
 * Return: false: there is no such place, @path is ""
 */
bool oom_counter_path(const char *groups, unsigned int n,
		      char path[static PATH_MAX]);

/*
 * oom_counter_outer() - @path becomes that of the group around, for one without
 *	a memory controller is charged there
 * Return: false: there is none, and @path is nothing any more
 */
bool oom_counter_outer(unsigned int n, char path[static PATH_MAX]);

/* oom_count() - the value of oom_kill in the text of such a file; else 0 */
uint64_t oom_count(const char *text);

/*
 * oom_log_names() - does a record of /dev/kmsg say that @pid was killed, or the
 *	helper of its memory?
 * @since_us:	records before that are of another process with that number
 */
bool oom_log_names(const char *record, pid_t pid, uint64_t since_us);

#endif
