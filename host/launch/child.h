/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/child.h - the end of a child, with a bound
 */
#ifndef HOST_LAUNCH_CHILD_H
#define HOST_LAUNCH_CHILD_H

#include <stdint.h>
#include <sys/types.h>

/*
 * child_reap() - wait until a child has ended, and reap it
 * @end_ms:	of clock_ms()
 * @status:	as waitpid(2); not written on failure
 * Return: 0; -ETIMEDOUT: it goes on; -ECHILD: it is no child of ours
 */
int child_reap(pid_t pid, int64_t end_ms, int *status);

/*
 * child_kill() - SIGKILL, and reap it
 *
 * Who sleeps in the kernel, where no signal reaches him, is left after two
 * seconds: a zombie then, at worst, until this process ends.
 */
void child_kill(pid_t pid);

#endif
