/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/victim.h - a large QEMU whose end is looked at
 *
 * Theory of operation: a QEMU of gigabytes, every page of it touched, as QEMU's
 * own preallocation does it. No guest runs, for no end depends on one, but for
 * those that a guest begins: then it is a firmware that does just that.
 */
#ifndef TESTS_BENCH_VICTIM_H
#define TESTS_BENCH_VICTIM_H

#include <stdbool.h>

#include "host/qemu/probe.h"
#include "host/qemu/process.h"

struct victim_plan {
	int mib;
	bool async;	      /* with the teardown helper */
	bool small_pages;     /* of 4 KiB: no transparent huge ones */
	const char *firmware; /* path; NULL: it never runs */
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
