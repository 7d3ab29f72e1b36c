// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/held.c - a process whose end takes as long as a test wants
 */
#include "tests/integration/held.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { HELD = 8 };

static pid_t held[HELD]; /* 0: free */

static pid_t *slot_of(pid_t pid)
{
	for (int i = 0; i < HELD; i++)
		if (held[i] == pid)
			return &held[i];
	return NULL;
}

bool held_try(pid_t pid)
{
	pid_t *slot = slot_of(0);

	assert_non_null(slot);
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT) < 0)
		return false;
	*slot = pid;
	return true;
}

void held_begin(pid_t pid)
{
	if (!held_try(pid))
		fail_msg("process %d cannot be held: %s", (int)pid,
			 strerror(errno));
}

/*
 * It stands at its end, or at a signal on the way there, which is handed on; or,
 * where a test has failed, it runs, and is stopped for a moment. If it is killed
 * as it stands it cannot be let go there, and stands again at its end.
 */
static void let_go(pid_t pid)
{
	int status, event;

	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		return;
	do {
		if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
			return;
		event = status >> 16;
	} while (ptrace(PTRACE_DETACH, pid, NULL,
			(long)(event ? 0 : WSTOPSIG(status))) < 0);
}

void held_let_go(pid_t pid)
{
	pid_t *slot = pid ? slot_of(pid) : NULL;

	if (!slot)
		return;
	let_go(pid);
	*slot = 0;
}

void held_let_all_go(void)
{
	for (int i = 0; i < HELD; i++)
		held_let_go(held[i]);
}
