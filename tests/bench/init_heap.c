// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/init_heap.c - does PID 1 ask for memory once it serves?
 *
 * Theory of operation: a whole life on the stand (tests/sweep), where each of
 * its system calls is seen: three heartbeats, a request, the orderly end. What
 * a heap grows by is counted, from READY to reboot(2).
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "common/array.h"
#include "tests/bench/bench.h"
#include "tests/sweep/life.h"

int measure_init_heap(struct bench *b, const char *arch, struct figure *f,
		      char *error)
{
	static const int growing[] = { SYS_brk, SYS_mmap, SYS_mremap };
	static const struct life_plan plan = {
		.name = "heap",
		.exec = "/bin/payload serve",
		.port = true,
		.request = INTENT_REBOOT,
		.heartbeats = 3,
		.meant = INTENT_REBOOT,
	};
	const struct life_fault none = { .k = 0 };
	static struct life life;
	int r = life_run(&life, &plan, &none);
	unsigned int all = 0;

	(void)b;
	(void)arch;
	if (r < 0)
		return sentence(error, r, "no user namespace to be had: %s",
				strerror(-r));
	if (life.why[0])
		return sentence(error, -EUCLEAN, "PID 1 on the stand: %s",
				life.why);
	for (size_t i = 0; i < ARRAY_SIZE(growing); i++)
		f->value += life.served[growing[i]];
	for (size_t i = 0; i < LIFE_CALLS; i++)
		all += life.served[i];
	figure_how(f,
		   "brk, mmap and mremap among the %u system calls of PID 1 "
		   "from READY to reboot(2), %u heartbeats between, in "
		   "namespaces",
		   all, life.seen[MSG_HEARTBEAT]);
	return 0;
}
