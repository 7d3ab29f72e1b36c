// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/memory.c - until the memory of a stopped appliance is back
 *
 * Theory of operation: a guest of 4.5 GiB that has touched 4 GiB before it is
 * ready (tests/bench/images/touch). Stopped under its shim, nine times: QEMU
 * reaped to memory back, as the shim says. That it is true then is seen in the
 * host's MemAvailable, read before the stop and the moment it is answered.
 * Beside it, nine times, QEMU by hand: killed, reaped, its helper left alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/core/phases.h"

#include "tests/bench/available.h"
#include "tests/bench/bench.h"
#include "tests/bench/pair.h"

enum { ROUNDS = 9, TOUCHED_MIB = 4096, BOTH_MIB = 11 << 10 };

static const char arch_here[] = "x86_64"; /* it is the host's kernel's work */

struct returns {
	struct samples ours_ms, back_mib, exit_ms, alone_ms;
};

static int stop_served(struct served *s, struct returns *t, char *error)
{
	double before = 0, after = 0;
	struct marks m;
	int r = available_mib(&before, error);

	if (r == 0)
		r = served_stop(s, &m, error);
	if (r == 0)
		r = available_mib(&after, error);
	if (r < 0)
		return r;
	samples_add(&t->back_mib, after - before);
	samples_add(&t->exit_ms,
		    (double)(m.at_us[MARK_EXITED] - m.at_us[MARK_DECIDED]) /
			    1000);
	samples_add(&t->ours_ms,
		    (double)(m.at_us[MARK_MEMORY] - m.at_us[MARK_EXITED]) /
			    1000);
	return 0;
}

static int start_served(struct bench *b, struct served *s, char *error)
{
	char path[SITE_PATH], log[SITE_PATH + 32];
	int r = site_appliance(&b->site, "touch", arch_here, "touch", path,
			       error);

	if (r < 0)
		return r;
	snprintf(log, sizeof(log), "%s/log/bench-touch.log", b->site.build);
	return served_start(s, &b->turns, b->site.program, path, "touch", log,
			    error);
}

static int kill_plain(struct plain *p, struct returns *t, char *error)
{
	int r = plain_kill(p, error);

	if (r == 0)
		r = plain_await(p, PLAIN_FREED, error);
	if (r < 0)
		return r;
	samples_add(&t->alone_ms,
		    (double)(p->at_us[PLAIN_FREED] - p->at_us[PLAIN_ENDED]) /
			    1000);
	return 0;
}

/* Both guests take their memory at the same time, if there is so much. */
static int one_round(struct bench *b, struct plain *p, struct returns *t,
		     char *error)
{
	struct served s = { 0 };
	double mib = 0;
	int r = available_mib(&mib, error);
	bool both = mib >= BOTH_MIB;

	if (r == 0 && both)
		r = plain_start(p, error);
	if (r == 0)
		r = start_served(b, &s, error);
	if (r == 0 && both)
		r = plain_await(p, PLAIN_READY, error);
	if (r == 0)
		r = stop_served(&s, t, error);
	served_close(&s);
	if (r == 0 && !both)
		r = plain_start(p, error);
	if (r == 0)
		r = plain_await(p, PLAIN_READY, error);
	return r < 0 ? r : kill_plain(p, t, error);
}

static int all_rounds(struct bench *b, struct returns *t, char *error)
{
	struct prepared prepared;
	struct plain plain = { 0 };
	int r = site_prepare(&b->site, "alone", arch_here, "touch", &prepared,
			     error);

	if (r < 0)
		return r;
	r = plain_open(&plain, &b->turns, &prepared, error);
	for (int i = 0; i < ROUNDS && r == 0; i++)
		r = one_round(b, &plain, t, error);
	plain_close(&plain);
	prepare_end(&prepared);
	return r;
}

/* A number that the host's own count contradicts is none. */
static int check_back(const struct returns *t, char *error)
{
	double back = samples_median(&t->back_mib);

	if (back >= TOUCHED_MIB * 0.9)
		return 0;
	return sentence(error, -EUCLEAN,
			"the shim says that %d MiB are back, but MemAvailable "
			"rose by only %.0f MiB (median): look for what else "
			"took memory meanwhile, or for a bug",
			TOUCHED_MIB, back);
}

int measure_memory_back(struct bench *b, const char *arch, struct figure *f,
			char *error)
{
	struct returns t = { 0 };
	int r;

	(void)arch;
	r = all_rounds(b, &t, error);
	if (r == 0)
		r = check_back(&t, error);
	if (r < 0)
		return r;
	f->value = samples_median(&t.ours_ms);
	figure_how(f,
		   "`reprise stop` of a 4.5 GiB guest that touched 4 GiB, QEMU "
		   "reaped to memory back by the shim's marks, median of %d, "
		   "%.1f to %.1f ms; at the answer MemAvailable had risen by "
		   "%.0f MiB (median; least %.0f)",
		   ROUNDS, samples_min(&t.ours_ms), samples_max(&t.ours_ms),
		   samples_median(&t.back_mib), samples_min(&t.back_mib));
	report_beside(&b->report, "memory-back-alone", NULL,
		      samples_median(&t.alone_ms), "ms",
		      "the same QEMU by hand, killed and reaped to the end of "
		      "its helper, which is left alone: median of %d, %.1f to "
		      "%.1f ms",
		      ROUNDS, samples_min(&t.alone_ms),
		      samples_max(&t.alone_ms));
	report_beside(&b->report, "memory-back-exit", NULL,
		      samples_median(&t.exit_ms), "ms",
		      "before it: decision to QEMU reaped, median of %d",
		      ROUNDS);
	return 0;
}
