// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/held.c - a process whose end takes as long as a test wants
 */
#include "tests/integration/held.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { EXITS = SIGTRAP | PTRACE_EVENT_EXIT << 8 };

void held_begin(pid_t pid)
{
	assert_int_equal(ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT),
			 0);
}

/* Each signal on the way to its end stops it too, and is handed on. */
void held_let_go(pid_t pid)
{
	int status;

	while (pid && waitpid(pid, &status, __WALL) == pid &&
	       WIFSTOPPED(status) && status >> 8 != EXITS)
		ptrace(PTRACE_CONT, pid, NULL, (long)WSTOPSIG(status));
	if (pid)
		ptrace(PTRACE_DETACH, pid, NULL, NULL);
}
