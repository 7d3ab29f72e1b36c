// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/boot.c - our kernel's boot against that of Debian's
 *
 * Theory of operation: two guests that differ in nothing but the kernel, in
 * turns, one at a time: QEMU's fork() to PID 1's first line on the console.
 */
#include "tests/bench/bench.h"
#include "tests/bench/plain.h"
#include "tests/bench/stock.h"

#include "host/verbs/prepare.h"

enum { ROUNDS = 5 };

struct boots {
	struct samples console_ms;
	struct samples ready_ms;
};

static double since_start(const struct plain *p, enum plain_moment m)
{
	return (double)(p->at_us[m] - p->at_us[PLAIN_START]) / 1000;
}

/* @last: which moment ends the boot: Debian's kernel never gets to READY, for
 * the drivers of the agent's port are modules there. */
static int boot(struct bench *b, const struct prepared *what,
		enum plain_moment last, struct boots *boots, char *error)
{
	struct plain p = { 0 };
	int r = plain_open(&p, &b->turns, what, error);

	if (r == 0)
		r = plain_start(&p, error);
	if (r == 0)
		r = plain_await(&p, PLAIN_CONSOLE, error);
	if (r == 0)
		r = plain_await(&p, last, error);
	if (r == 0) {
		samples_add(&boots->console_ms, since_start(&p, PLAIN_CONSOLE));
		samples_add(&boots->ready_ms, since_start(&p, last));
	}
	plain_close(&p);
	return r;
}

static int boot_in_turns(struct bench *b, const struct prepared *ours,
			 const struct prepared *theirs, struct boots *a,
			 struct boots *d, char *error)
{
	int r = 0;

	for (int i = 0; i < ROUNDS && r == 0; i++) {
		r = boot(b, ours, PLAIN_READY, a, error);
		if (r == 0)
			r = boot(b, theirs, PLAIN_CONSOLE, d, error);
	}
	return r;
}

static int boot_both(struct bench *b, const char *arch, struct boots *a,
		     struct boots *d, char release[static 64], char *error)
{
	struct prepared ours, theirs;
	int r = site_prepare(&b->site, "ours", arch, "web", &ours, error);

	if (r < 0)
		return r;
	r = site_prepare(&b->site, "stock", arch, "web", &theirs, error);
	if (r == 0) {
		r = stock_replace(arch, &theirs, release, error);
		if (r == 0)
			r = boot_in_turns(b, &ours, &theirs, a, d, error);
		prepare_end(&theirs);
	}
	prepare_end(&ours);
	return r;
}

int measure_boot_vs_stock(struct bench *b, const char *arch, struct figure *f,
			  char *error)
{
	struct boots ours = { 0 }, stock = { 0 };
	struct samples ratios;
	char release[64];
	int r = boot_both(b, arch, &ours, &stock, release, error);

	if (r < 0)
		return r;
	ratios = samples_ratios(&ours.console_ms, &stock.console_ms);
	f->value = samples_median(&ratios);
	figure_how(
		f,
		"fork() of QEMU to PID 1's first line on the console, TCG: "
		"our kernel %.0f ms (%.0f to %.0f), Debian's %s %.0f ms "
		"(%.0f to %.0f), medians of %d each, in turns; same machine, "
		"memory, initramfs, command line",
		samples_median(&ours.console_ms), samples_min(&ours.console_ms),
		samples_max(&ours.console_ms), release,
		samples_median(&stock.console_ms),
		samples_min(&stock.console_ms), samples_max(&stock.console_ms),
		ROUNDS);
	report_beside(&b->report, "boot-to-ready", arch,
		      samples_median(&ours.ready_ms), "ms",
		      "our kernel, fork() of QEMU to READY of the example, "
		      "median of %d",
		      ROUNDS);
	return 0;
}
