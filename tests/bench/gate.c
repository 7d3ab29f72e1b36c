// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/gate.c - what the gate adds to a reset
 *
 * Theory of operation: a thousand in-place reboots of a stand-in for QEMU. The
 * gate is what lies between SHUTDOWN and cont, but for the reset itself: from
 * the decision, when it is asked for, to RESET. The shim's own marks say when.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/served.h"
#include "tests/bench/standin.h"

enum { REBOOTS = 1000 };

static double gate_ms(const struct marks *m)
{
	uint64_t all = m->at_us[MARK_CONT] - m->at_us[MARK_SHUTDOWN];
	uint64_t reset = m->at_us[MARK_RESET] - m->at_us[MARK_DECIDED];

	return (double)(all - reset) / 1000;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int reboot_all(struct bench *b, double ms[REBOOTS], char *error)
{
	struct served s;
	struct marks m;
	int r = standin_start(&s, b, error);

	for (int i = 0; i < REBOOTS && r == 0; i++) {
		r = served_reboot(&s, "in_place", &m, error);
		ms[i] = gate_ms(&m);
	}
	served_close(&s);
	return r;
}

static void say_how(struct figure *f, const double ms[REBOOTS])
{
	figure_how(f,
		   "SHUTDOWN to cont without the reset itself, of %d in-place "
		   "reboots of the stand-in: median %.3f, 99th percentile "
		   "%.3f, worst %.3f ms",
		   REBOOTS, ms[REBOOTS / 2], ms[REBOOTS * 99 / 100],
		   ms[REBOOTS - 1]);
}

static int measure(struct bench *b, struct figure *f, size_t at, char *error)
{
	static double ms[REBOOTS];
	static bool done;

	if (!done) {
		int r = reboot_all(b, ms, error);

		if (r < 0)
			return r;
		qsort(ms, REBOOTS, sizeof(ms[0]), by_value);
		done = true;
	}
	f->value = ms[at];
	say_how(f, ms);
	return 0;
}

int measure_gate_median(struct bench *b, const char *arch, struct figure *f,
			char *error)
{
	(void)arch;
	return measure(b, f, REBOOTS / 2, error);
}

int measure_gate_p99(struct bench *b, const char *arch, struct figure *f,
		     char *error)
{
	(void)arch;
	return measure(b, f, REBOOTS * 99 / 100, error);
}
