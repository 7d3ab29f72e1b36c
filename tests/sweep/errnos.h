/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/sweep/errnos.h - how each system call may fail
 */
#ifndef TESTS_SWEEP_ERRNOS_H
#define TESTS_SWEEP_ERRNOS_H

#include <linux/seccomp.h>
#include <stdbool.h>

/*
 * errnos_of() - what may be injected for one call
 * @lasts:	only those that may last: not EINTR, nor EAGAIN but for fork(2)
 * @count:	how many; 0: this call cannot fail, or nobody could tell
 * Return: the first of them; static
 */
const int *errnos_of(const struct seccomp_data *call, bool lasts, int *count);

/* errnos_may_deafen() - does PID 1 hear or end nothing once this call fails? */
bool errnos_may_deafen(int nr);

/* errnos_call() - a call's name; "call N" for one without a row; static */
const char *errnos_call(int nr);

#endif
