// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/teardown.c - how soon QEMU is gone when its memory is large, and
 * how well its memory's return is foretold
 *
 * Theory of operation: `quit` to QEMU reaped is taken in turns with the
 * teardown helper and without. With it, the helper is nudged at once, as the
 * shim does it, and MemAvailable says how much is still held: what
 * host/core/drain makes of the first half of the time is compared with what
 * the second half took.
 */
#include <math.h>
#include <stdint.h>

#include "host/core/drain.h"

#include "tests/bench/available.h"
#include "tests/bench/bench.h"
#include "tests/bench/victim.h"

enum { ROUNDS = 5, LOOKS = 4096, LOOK_MS = 2, VICTIM_MIB = 8192 };

struct exits {
	struct samples async_ms, sync_ms, back_ms, error;
};

struct look {
	double at_ms, available_mib;
};

/* Look until the helper has ended. Return: how often; -errno (@error) */
static int watch(struct victim *v, struct look look[static LOOKS], char *error)
{
	int n = 0, r;

	do {
		look[n].at_ms = victim_now_ms();
		r = available_mib(&look[n].available_mib, error);
	} while (r == 0 && ++n < LOOKS &&
		 !victim_await(v->process.helper_pidfd, LOOK_MS));
	if (r < 0)
		return r;
	process_reap_helper(&v->process);
	return n;
}

/* Return: how far the estimate at half time is from the truth; 1: as far as it
 * is long */
static double error_at_half_time(const struct look *look, int n)
{
	double began = look[0].at_ms, took = look[n - 1].at_ms - began;
	struct drain d;

	drain_begin(&d, (uint64_t)VICTIM_MIB << 20, (uint64_t)(began * 1000));
	for (int i = 1; i < n && look[i].at_ms - began <= took / 2; i++) {
		double back = look[i].available_mib - look[0].available_mib;

		drain_sample(&d, (uint64_t)((VICTIM_MIB - back) * 1048576),
			     (uint64_t)(look[i].at_ms * 1000));
	}
	return fabs((double)drain_outlook(&d).left_us / 1000 - took / 2) /
	       (took / 2);
}

static int watch_return(struct victim *v, struct exits *e, char *error)
{
	static struct look look[LOOKS];
	double reaped = victim_now_ms();
	int n;

	process_nudge_helper(&v->process);
	n = watch(v, look, error);
	if (n < 0)
		return n;
	samples_add(&e->back_ms, look[n - 1].at_ms - reaped);
	samples_add(&e->error, error_at_half_time(look, n));
	return 0;
}

static int one_exit(const struct qemu_caps *caps, bool async, struct exits *e,
		    char *error)
{
	const struct victim_plan plan = {
		.mib = VICTIM_MIB,
		.async = async,
		.small_pages = true,
	};
	struct victim v;
	double took_ms;
	int r = victim_start(&v, caps, &plan, error);

	if (r == 0)
		r = victim_end(&v, VICTIM_QUIT, &took_ms, error);
	if (r == 0)
		samples_add(async ? &e->async_ms : &e->sync_ms, took_ms);
	if (r == 0 && async)
		r = watch_return(&v, e, error);
	victim_close(&v);
	return r;
}

/* @sync_too: in turns with exits that have no helper */
static int all_exits(struct exits *e, bool sync_too, char *error)
{
	struct qemu_caps caps;
	int r = probe_qemu("qemu-system-x86_64", "x86_64", PROBE_MS, &caps,
			   error);

	for (int i = 0; i < ROUNDS && r == 0; i++) {
		r = one_exit(&caps, true, e, error);
		if (r == 0 && sync_too)
			r = one_exit(&caps, false, e, error);
	}
	return r;
}

int measure_teardown_async(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	struct exits e = { 0 };
	int r = all_exits(&e, true, error);

	(void)arch;
	if (r < 0)
		return r;
	f->value = samples_median(&e.async_ms) / samples_median(&e.sync_ms);
	figure_how(f,
		   "`quit` to QEMU reaped, %d MiB touched in 4 KiB pages: with "
		   "the helper %.2f ms (median of %d), without it %.0f ms",
		   VICTIM_MIB, samples_median(&e.async_ms), ROUNDS,
		   samples_median(&e.sync_ms));
	report_beside(&b->report, "teardown-async-back", NULL,
		      samples_median(&e.back_ms), "ms",
		      "the same with the helper: QEMU reaped to memory back, "
		      "the helper nudged at once, median of %d",
		      ROUNDS);
	return 0;
}

int measure_drain_estimate(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	struct exits e = { 0 };
	int r = all_exits(&e, false, error);

	(void)b;
	(void)arch;
	if (r < 0)
		return r;
	f->value = samples_median(&e.error) * 100;
	figure_how(f,
		   "of what the second half of a drain took, foretold at half "
		   "time by host/core/drain from MemAvailable: %d MiB in 4 KiB "
		   "pages, back in %.0f ms; median of %d, %.1f to %.1f",
		   VICTIM_MIB, samples_median(&e.back_ms), ROUNDS,
		   samples_min(&e.error) * 100, samples_max(&e.error) * 100);
	return 0;
}
