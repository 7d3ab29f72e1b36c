// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/nameless.c - an end after which the helper has no command line
 *
 * As it is while the kernel clears a guest's memory, which takes long only
 * where there is much of it: the pages that hold the arguments go, and the
 * helper shares them. They are those of our stack, so this is done on another.
 */
#include "tests/pvmodel/model.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STACK = 65536 };

static void on_other_stack(int sig)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t at = (uintptr_t)program_invocation_name & ~(page - 1);

	(void)sig;
	munmap((void *)at, page);
	_exit(0);
}

void nameless_end(void)
{
	static char stack[STACK];
	const stack_t other = { .ss_sp = stack, .ss_size = STACK };
	const struct sigaction act = { .sa_handler = on_other_stack,
				       .sa_flags = SA_ONSTACK };

	sigaltstack(&other, NULL);
	sigaction(SIGUSR1, &act, NULL);
	raise(SIGUSR1);
	_exit(1);
}
