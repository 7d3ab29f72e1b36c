/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/victim.h - a large QEMU whose end is looked at
 *
 * Theory of operation: a QEMU of 8 GiB, every page of it touched, as QEMU's own
 * preallocation does it, with 4 KiB pages (transparent huge ones are forbidden
 * to it). No guest runs, for no end depends on one.
 */
#ifndef TESTS_BENCH_VICTIM_H
#define TESTS_BENCH_VICTIM_H

#include <stdbool.h>

#include "host/qemu/probe.h"
#include "host/qemu/process.h"

enum { VICTIM_MIB = 8192 };

/* One QEMU, and our end of its monitor. */
struct victim {
	struct process process;
	int qmp;
};

/* victim_now_ms() - monotonic */
double victim_now_ms(void);

/*
 * victim_start() - until all of its memory is there
 * @async:	with the teardown helper
 *
 * To be closed, also when it failed.
 * Return: 0; else -errno (@error): -ENOMEM: the host has not so much
 */
int victim_start(struct victim *v, const struct qemu_caps *caps, bool async,
		 char *error);

/* victim_quit() - `quit`, and reap it. Return: 0; else -errno (@error) */
int victim_quit(struct victim *v, double *took_ms, char *error);

/* victim_await() - for @ms at most. Return: 1: @fd is readable; 0 */
int victim_await(int fd, int ms);

/* victim_close() - end what is left of it */
void victim_close(struct victim *v);

#endif
