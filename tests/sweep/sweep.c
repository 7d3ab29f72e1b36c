// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/sweep.c - the life of PID 1 with one system call failing
 *
 * Theory of operation: a life without a fault says how many calls there are.
 * Then workers, which are processes, take the next k from a counter they
 * share, and live one life for each errno of whatever the k-th call turns out
 * to be: two lives need not make their calls in the same order, since they
 * wait for others. A few k more than the first life had calls are tried.
 */
#include "tests/sweep/sweep.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sweep/errnos.h"

enum { BEYOND = 10, REPORT_BYTES = LIFE_CONSOLE + 512 };

const struct life_plan sweep_plans[] = {
	{ .name = "request",
	  .exec = "/bin/payload serve",
	  .port = true,
	  .request = INTENT_REBOOT,
	  .heartbeats = 1,
	  .meant = INTENT_REBOOT },
	{ .name = "ask",
	  .exec = "/bin/payload ask poweroff",
	  .port = true,
	  .meant = INTENT_POWEROFF },
	{ .name = "exit",
	  .exec = "/bin/payload exit 3",
	  .port = true,
	  .meant = INTENT_REBOOT },
	{ .name = "no-port",
	  .exec = "/bin/payload ask reboot",
	  .meant = INTENT_REBOOT },
	{ .name = "restart",
	  .exec = "/bin/payload exit 3",
	  .more = "restart = on-failure\nrestart-delay = 10 ms\n"
		  "restart-limit = 2\n",
	  .port = true,
	  .meant = INTENT_POWEROFF },
	{ .name = "notify",
	  .exec = "/bin/payload notify",
	  .more = "ready = notify\nwatchdog = 3 s\n"
		  "health = /bin/payload healthy\nhealth-period = 400 ms\n",
	  .port = true,
	  .request = INTENT_POWEROFF,
	  .heartbeats = 1,
	  .meant = INTENT_POWEROFF },
	{ .name = "boxed",
	  .exec = "/bin/payload serve",
	  .more = "directory = /tmp\numask = 077\nread-only-root = yes\n"
		  "capabilities = none\n",
	  .port = true,
	  .request = INTENT_REBOOT,
	  .meant = INTENT_REBOOT },
	{ .name = "devices",
	  .exec = "/bin/payload serve",
	  .more = "[network]\nlink = lo address 10.9.8.7/24 mtu 1400\n"
		  "route = 10.9.0.0/16 via 10.9.8.1\ndns = 10.9.8.1\n"
		  "wait = 500 ms\n"
		  "[storage]\ndisk = /data serial new create\n"
		  "disk = /srv serial old\nwait = 500 ms\n"
		  "[watchdog]\ntimeout = 15 s\nrequired = yes\n",
	  .port = true,
	  .devices = true,
	  .request = INTENT_REBOOT,
	  .meant = INTENT_REBOOT },
	{ .name = NULL },
};

struct shared {
	atomic_uint next; /* the next of the chosen calls, from 0 */
	atomic_uint points, failed, pushed, slowest_ms;
	atomic_int error;
};

struct sweep {
	const struct life_plan *plan;
	enum life_who who;
	const struct sweep_choice *choice;
	unsigned int calls;
	struct shared *shared;
};

/* In one write(2), since workers share stdout. */
static void tell(const struct sweep *s, const struct life_fault *f,
		 const struct life *l)
{
	char text[REPORT_BYTES];
	int n = snprintf(
		text, sizeof(text),
		"%s: %s's call %u, %s, fails%s with %s: %s (%u ms)\n%s\n",
		s->plan->name, f->who == LIFE_INIT ? "PID 1" : "a helper", f->k,
		errnos_call(l->nr), f->lasts ? " from then on" : "",
		strerrorname_np(l->error), l->why, l->took_ms, l->console);

	if (n > 0)
		(void)!write(STDOUT_FILENO, text,
			     (size_t)n < sizeof(text) ? (size_t)n
						      : sizeof(text) - 1);
}

static void count(const struct sweep *s, const struct life_fault *f,
		  const struct life *l)
{
	struct shared *all = s->shared;
	unsigned int slowest = atomic_load(&all->slowest_ms);

	atomic_fetch_add(&all->points, 1);
	atomic_fetch_add(&all->pushed, l->pushes > 0);
	while (l->took_ms > slowest &&
	       !atomic_compare_exchange_weak(&all->slowest_ms, &slowest,
					     l->took_ms))
		;
	if (!l->why[0])
		return;
	atomic_fetch_add(&all->failed, 1);
	tell(s, f, l);
}

/* Sampled: the errnos take turns. All: one after the other. */
static int try_call(const struct sweep *s, unsigned int n)
{
	static struct life l;
	bool all = s->choice->stride == 1 && !s->choice->lasts;
	struct life_fault f = {
		.who = s->who,
		.k = s->choice->offset + n * s->choice->stride + 1,
		.e = all ? 0 : n,
		.lasts = s->choice->lasts,
	};
	int r = 0;

	do {
		r = life_run(&l, s->plan, &f);
		if (r == 0 && l.injected)
			count(s, &f, &l);
		f.e++;
	} while (r == 0 && all && f.e < l.errnos);
	return r;
}

static _Noreturn void work(const struct sweep *s)
{
	unsigned int n = atomic_fetch_add(&s->shared->next, 1);
	unsigned int stride = s->choice->stride;
	int r = 0;

	while (r == 0 && s->choice->offset + n * stride < s->calls + BEYOND) {
		r = try_call(s, n);
		n = atomic_fetch_add(&s->shared->next, 1);
	}
	if (r < 0)
		atomic_store(&s->shared->error, r);
	_exit(0);
}

static int work_all(const struct sweep *s)
{
	for (unsigned int i = 0; i < s->choice->workers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			atomic_store(&s->shared->error, -errno);
		if (pid == 0)
			work(s);
	}
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return atomic_load(&s->shared->error);
}

int sweep_run(const struct life_plan *plan, enum life_who who,
	      const struct sweep_choice *choice, struct sweep_result *ret)
{
	struct shared *shared =
		mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sweep s = { plan, who, choice, 0, shared };
	static struct life life;
	int r;

	if (shared == MAP_FAILED)
		return -errno;
	fflush(stdout);
	r = life_run(&life, plan, &(struct life_fault){ .k = 0 });
	s.calls = life.calls[who];
	if (r == 0 && life.why[0]) {
		printf("%s, without a fault: %s\n%s\n", plan->name, life.why,
		       life.console);
		r = -EUCLEAN;
	}
	if (r == 0)
		r = work_all(&s);
	*ret = (struct sweep_result){
		.points = atomic_load(&shared->points),
		.failed = atomic_load(&shared->failed),
		.pushed = atomic_load(&shared->pushed),
		.calls = s.calls,
		.slowest_ms = atomic_load(&shared->slowest_ms),
	};
	munmap(shared, sizeof(*shared));
	return r;
}
