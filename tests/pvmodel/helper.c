// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/helper.c - the teardown helper: cleanup/<pid>
 */
#include "tests/pvmodel/helper.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/sys.h"

enum { STACK = 65536 };

static pid_t parent;
static atomic_bool named;

static void on_hup(int sig)
{
	(void)sig;
	while (getppid() == parent)
		sleep(1); /* QEMU's own way: what the nudge cuts short */
	_exit(0);
}

static int live(void *name)
{
	struct sigaction act = { .sa_handler = on_hup };
	sigset_t hup;

	prctl(PR_SET_NAME, name);
	named = true;
	sys_close_range(0, UINT32_MAX, 0);
	prctl(PR_SET_PDEATHSIG, SIGHUP);
	sigaction(SIGHUP, &act, NULL);
	sigemptyset(&hup);
	sigaddset(&hup, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &hup, NULL);
	while (pause() < 0)
		;
	return 0;
}

void helper_start(void)
{
	static char name[16];
	sigset_t all, before;
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return;
	parent = getpid();
	snprintf(name, sizeof(name), "cleanup/%d", (int)parent);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (clone(live, stack + STACK, CLONE_VM, name) > 0)
		while (!named) /* QEMU takes longer to start than this */
			sched_yield();
	sigprocmask(SIG_SETMASK, &before, NULL);
}
