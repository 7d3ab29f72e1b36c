/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/child.h - a child that runs a program, and its end, with a bound
 */
#ifndef HOST_LAUNCH_CHILD_H
#define HOST_LAUNCH_CHILD_H

#include <stdint.h>
#include <sys/types.h>

/*
 * child_spawn() - fork, and execute a program
 * @argv:	argv[0] is a path, or is looked up in PATH; ends with NULL
 * @in:		its standard input; -1: /dev/null
 * @out:	its two outputs
 * @pid:	the caller's, until it is reaped
 * Return: 0; else -errno, of the execution too, and there is no child
 */
int child_spawn(const char *const argv[], int in, int out, pid_t *pid);

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
