// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/held.c - a process whose end takes as long as a test wants
 */
#include "tests/integration/held.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cmocka.h>

void held_begin(pid_t pid)
{
	assert_int_equal(ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT),
			 0);
}

/*
 * It stands at its end, or at a signal on the way there, which is handed on; or,
 * where a test has failed, it runs, and is stopped for a moment.
 */
void held_let_go(pid_t pid)
{
	int status, event;

	if (!pid || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 ||
	    waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		return;
	event = status >> 16;
	ptrace(PTRACE_DETACH, pid, NULL, (long)(event ? 0 : WSTOPSIG(status)));
}
