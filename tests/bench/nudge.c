// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/nudge.c - how soon a helper that was nudged gives its memory back
 *
 * Theory of operation: on each path that ends a VM, in turns: QEMU alone is
 * ended and reaped, then its helper nudged, as the shim does it; taken is from
 * the reaping to the helper's end. What MemAvailable rises by between the two
 * shows that it was there still. Beside it, in the same turns, QEMU killed and
 * the helper left alone; and one nudged that has pages of 4 KiB.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "common/array.h"

#include "tests/bench/available.h"
#include "tests/bench/bench.h"
#include "tests/bench/firmware.h"
#include "tests/bench/victim.h"

enum { ROUNDS = 9, TOUCHED_MIB = 4096, GONE_MS = 60000 };

static const struct path {
	const char *name;
	enum victim_end end;
	enum firmware firmware;
	bool alone, small_pages;
} paths[] = {
	{ "quit", VICTIM_QUIT, FIRMWARE_NONE, false, false },
	{ "SIGTERM", VICTIM_SIGTERM, FIRMWARE_NONE, false, false },
	{ "SIGKILL", VICTIM_SIGKILL, FIRMWARE_NONE, false, false },
	{ "power-off", VICTIM_GUEST, FIRMWARE_POWEROFF, false, false },
	{ "gate", VICTIM_GUEST, FIRMWARE_RESET, false, false },
	/* beside them */
	{ "alone", VICTIM_SIGKILL, FIRMWARE_NONE, true, false },
	{ "small", VICTIM_SIGKILL, FIRMWARE_NONE, false, true },
};
enum { PATHS = ARRAY_SIZE(paths), ALONE = PATHS - 2, SMALL = PATHS - 1 };

struct returns {
	struct samples back_ms[PATHS];
	struct samples risen_mib;
};

/* QEMU has been reaped. */
static int await_memory(struct victim *v, const struct path *p,
			struct samples *back_ms, struct samples *risen_mib,
			char *error)
{
	double reaped = victim_now_ms(), before = 0, after = 0;
	int r = available_mib(&before, error);

	if (r < 0)
		return r;
	if (!p->alone)
		process_nudge_helper(&v->process);
	if (!victim_await(v->process.helper_pidfd, GONE_MS))
		return sentence(error, -ETIMEDOUT,
				"%s: the helper did not end within %d s",
				p->name, GONE_MS / 1000);
	samples_add(back_ms, victim_now_ms() - reaped);
	process_reap_helper(&v->process);
	r = available_mib(&after, error);
	samples_add(risen_mib, after - before);
	return r;
}

static int one_end(const struct qemu_caps *caps, const char *firmware, size_t i,
		   struct returns *t, char *error)
{
	const struct path *p = &paths[i];
	const struct victim_plan plan = {
		.mib = TOUCHED_MIB,
		.async = true,
		.small_pages = p->small_pages,
		.firmware = p->firmware ? firmware : NULL,
	};
	struct victim v;
	double took_ms;
	int r = 0;

	if (p->firmware)
		r = firmware_write(p->firmware, firmware, error);
	if (r < 0)
		return r;
	r = victim_start(&v, caps, &plan, error);
	if (r == 0)
		r = victim_end(&v, p->end, &took_ms, error);
	if (r == 0)
		r = await_memory(&v, p, &t->back_ms[i], &t->risen_mib, error);
	victim_close(&v);
	return r;
}

static int all_ends(struct bench *b, struct returns *t, char *error)
{
	char firmware[SITE_PATH];
	struct qemu_caps caps;
	int r = probe_qemu("qemu-system-x86_64", "x86_64", PROBE_MS, &caps,
			   error);

	snprintf(firmware, sizeof(firmware), "%s/firmware", b->site.dir);
	for (int i = 0; i < ROUNDS && r == 0; i++)
		for (size_t j = 0; j < PATHS && r == 0; j++)
			r = b->turns.interrupted
				    ? -EINTR
				    : one_end(&caps, firmware, j, t, error);
	unlink(firmware);
	return r;
}

/* Of an exit that freed the memory itself nothing would come back after it. */
static int check_async(const struct returns *t, char *error)
{
	double risen = samples_median(&t->risen_mib);

	if (risen >= TOUCHED_MIB * 0.5)
		return 0;
	return sentence(error, -EUCLEAN,
			"after QEMU was reaped MemAvailable rose by only %.0f "
			"of %d MiB (median): its exit was not asynchronous, or "
			"something else took memory meanwhile",
			risen, TOUCHED_MIB);
}

/* The worst of the paths. */
static size_t slowest(const struct returns *t)
{
	size_t worst = 0;

	for (size_t i = 1; i < ALONE; i++)
		if (samples_median(&t->back_ms[i]) >
		    samples_median(&t->back_ms[worst]))
			worst = i;
	return worst;
}

static void tell(struct bench *b, const struct returns *t, struct figure *f)
{
	const struct samples *alone = &t->back_ms[ALONE];
	char each[256] = "";
	int n = 0;

	for (size_t i = 0; i < ALONE; i++)
		n += snprintf(each + n, sizeof(each) - (size_t)n, "%s%s %.1f",
			      i ? ", " : "", paths[i].name,
			      samples_median(&t->back_ms[i]));
	figure_how(
		f,
		"QEMU reaped to memory back, %d MiB touched, the helper "
		"nudged at once: the slowest of all paths (%s ms, medians of "
		"%d); in between MemAvailable rose by %.0f MiB (median)",
		TOUCHED_MIB, each, ROUNDS, samples_median(&t->risen_mib));
	report_beside(&b->report, "memory-nudge-alone", NULL,
		      samples_median(alone), "ms",
		      "killed likewise, the helper left alone: median of %d, "
		      "%.1f to %.1f ms",
		      ROUNDS, samples_min(alone), samples_max(alone));
	report_beside(&b->report, "memory-nudge-small", NULL,
		      samples_median(&t->back_ms[SMALL]), "ms",
		      "killed and nudged, its memory in pages of 4 KiB: median "
		      "of %d",
		      ROUNDS);
}

int measure_memory_nudge(struct bench *b, const char *arch, struct figure *f,
			 char *error)
{
	static struct returns t;
	int r = all_ends(b, &t, error);

	(void)arch;
	if (r == 0)
		r = check_async(&t, error);
	if (r < 0)
		return r;
	f->value = samples_median(&t.back_ms[slowest(&t)]);
	tell(b, &t, f);
	return 0;
}
