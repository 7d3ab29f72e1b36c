// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/teardown.c - how soon QEMU is gone when its memory is large
 *
 * Theory of operation: `quit` to QEMU reaped is taken in turns with the
 * teardown helper and without. With it, the helper is nudged at once, as the
 * shim does it, and its end is waited for: then the memory is back.
 */
#include <errno.h>

#include "tests/bench/bench.h"
#include "tests/bench/victim.h"

enum { ROUNDS = 5, VICTIM_MIB = 8192, BACK_MS = 60000 };

struct exits {
	struct samples async_ms, sync_ms, back_ms;
};

static int await_memory(struct victim *v, struct samples *back_ms, char *error)
{
	double reaped = victim_now_ms();

	process_nudge_helper(&v->process);
	if (!victim_await(v->process.helper_pidfd, BACK_MS))
		return sentence(error, -ETIMEDOUT,
				"the helper did not end within %d s",
				BACK_MS / 1000);
	samples_add(back_ms, victim_now_ms() - reaped);
	process_reap_helper(&v->process);
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
	double took_ms = 0;
	int r = victim_start(&v, caps, &plan, error);

	if (r == 0)
		r = victim_end(&v, VICTIM_QUIT, &took_ms, error);
	if (r == 0)
		samples_add(async ? &e->async_ms : &e->sync_ms, took_ms);
	if (r == 0 && async)
		r = await_memory(&v, &e->back_ms, error);
	victim_close(&v);
	return r;
}

/* In turns with exits that have no helper. */
static int all_exits(struct exits *e, char *error)
{
	struct qemu_caps caps;
	int r = probe_qemu("qemu-system-x86_64", "x86_64", PROBE_MS, &caps,
			   error);

	for (int i = 0; i < ROUNDS && r == 0; i++) {
		r = one_exit(&caps, true, e, error);
		if (r == 0)
			r = one_exit(&caps, false, e, error);
	}
	return r;
}

int measure_teardown_async(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	struct exits e = { 0 };
	int r = all_exits(&e, error);

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
