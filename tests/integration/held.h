/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/held.h - a process whose end takes as long as a test wants
 *
 * How long the kernel takes to free memory cannot be asked for. But a tracer
 * may stop who is about to exit, killed or not, before it has given up anything
 * (PTRACE_O_TRACEEXIT; ptrace(2)): to everybody else its teardown just goes on.
 * Who is held yet when its rig closes is let go, or nothing could reap it.
 */
#ifndef TESTS_INTEGRATION_HELD_H
#define TESTS_INTEGRATION_HELD_H

#include <stdbool.h>
#include <sys/types.h>

/* held_begin() - from now on @pid does not end; it fails the test if it must */
void held_begin(pid_t pid);

/* held_try() - the same. Return: false: it has ended */
bool held_try(pid_t pid);

/* held_let_go() - let it end, or go on if nobody has ended it; takes one that
 * is not held */
void held_let_go(pid_t pid);

/* held_let_all_go() - whoever is held */
void held_let_all_go(void);

#endif
