/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/victim.h - a large QEMU whose end is looked at
 *
 * Theory of operation: a QEMU of gigabytes, every page of it touched. No guest
 * runs, for no end depends on one, but for those that a guest begins: then it is
 * a firmware that does just that.
 *
 * QEMU's own preallocation touches them in the order in which they will be freed.
 * The kernel hands out its smallest pieces first, so such a drain begins slowly
 * and ends fast. A guest touches its memory here and there: done so, the drain
 * is even (docs/facts.md 11).
 */
#ifndef TESTS_BENCH_VICTIM_H
#define TESTS_BENCH_VICTIM_H

#include <stdbool.h>

#include "host/qemu/probe.h"
#include "host/qemu/process.h"

struct cgroup_leaf;

struct victim_plan {
	int mib;
	bool async;	      /* with the teardown helper */
	bool small_pages;     /* of 4 KiB: no transparent huge ones */
	bool all_over;	      /* touched as a guest would, not in order */
	const char *firmware; /* path; NULL: it never runs */
	/* of both hierarchies, where it is born; NULL: beside us */
	const struct cgroup_leaf *leaf;
};

/* One QEMU, and our end of its monitor. */
struct victim {
	struct process process;
	int qmp;
};

/* How it ends; QEMU alone, always. */
enum victim_end {
	VICTIM_QUIT,
	VICTIM_SIGTERM,
	VICTIM_SIGKILL,
	VICTIM_GUEST, /* its firmware stops it; `quit` once it stands still */
};

/* victim_now_ms() - monotonic */
double victim_now_ms(void);

/*
 * victim_start() - until all of its memory is there
 *
 * To be closed, also when it failed.
 * Return: 0; else -errno (@error): -ENOMEM: the host has not so much
 */
int victim_start(struct victim *v, const struct qemu_caps *caps,
		 const struct victim_plan *plan, char *error);

/*
 * victim_end() - end it, and reap it; its helper is not touched
 * @took_ms:	from the last word or signal to the reaping
 * Return: 0; else -errno (@error)
 */
int victim_end(struct victim *v, enum victim_end end, double *took_ms,
	       char *error);

/* victim_await() - for @ms at most. Return: 1: @fd is readable; 0 */
int victim_await(int fd, int ms);

/* victim_close() - end what is left of it */
void victim_close(struct victim *v);

#endif
