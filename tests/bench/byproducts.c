// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/byproducts.c - what every clean reboot tells besides
 *
 * Theory of operation: the shim's marks of each reboot that another number
 * needed are noted here. When a number is asked for alone there are none yet,
 * and in-place reboots are made for it.
 */
#include <string.h>

#include "host/core/phases.h"

#include "tests/bench/bench.h"

static size_t arch_index(const char *arch)
{
	size_t i = 0;

	while (i + 1 < BENCH_ARCHS && strcmp(bench_archs[i], arch) != 0)
		i++;
	return i;
}

static double between_ms(const struct marks *m, enum mark from, enum mark to)
{
	return (double)(m->at_us[to] - m->at_us[from]) / 1000;
}

void byproducts_note(struct bench *b, const char *arch, const struct marks *m)
{
	struct byproducts *y = &b->byproducts[arch_index(arch)];

	samples_add(&y->quiesce_ms, between_ms(m, MARK_INTENT, MARK_SHUTDOWN));
	samples_add(&y->proof_ms, between_ms(m, MARK_INTENT, MARK_QUIESCED));
	if (!m->at_us[MARK_RESET])
		return;
	samples_add(&y->gate_ms, between_ms(m, MARK_STOP, MARK_DECIDED) +
					 between_ms(m, MARK_RESET, MARK_CONT));
	samples_add(&y->stop_ms, between_ms(m, MARK_SHUTDOWN, MARK_STOP));
	samples_add(&y->reset_ms, between_ms(m, MARK_DECIDED, MARK_RESET));
}

static int need_in_place(struct bench *b, const char *arch, char *error)
{
	struct samples ours = { 0 }, plain = { 0 };

	if (b->byproducts[arch_index(arch)].gate_ms.n)
		return 0;
	return in_place_run(b, arch, &ours, &plain, error);
}

int measure_gate_share(struct bench *b, const char *arch, struct figure *f,
		       char *error)
{
	struct samples gate = { 0 };

	(void)arch;
	for (size_t i = 0; i < BENCH_ARCHS; i++) {
		const struct byproducts *y = &b->byproducts[i];
		int r = need_in_place(b, bench_archs[i], error);

		if (r < 0)
			return r;
		samples_join(&gate, &y->gate_ms);
		report_beside(&b->report, "gate-total", bench_archs[i],
			      samples_median(&y->gate_ms) +
				      samples_median(&y->stop_ms) +
				      samples_median(&y->reset_ms),
			      "ms",
			      "SHUTDOWN to cont: shim %.3f ms, QEMU's SHUTDOWN "
			      "to STOP %.3f ms, QEMU's reset %.3f ms, sums of "
			      "medians of %zu",
			      samples_median(&y->gate_ms),
			      samples_median(&y->stop_ms),
			      samples_median(&y->reset_ms), y->gate_ms.n);
	}
	f->value = samples_median(&gate);
	figure_how(f,
		   "STOP seen to decided (with QEMU's answer to query-status) "
		   "plus RESET seen to cont sent, by the shim's marks: median "
		   "of all %zu in-place reboots of this run, %.3f to %.3f; "
		   "subtracted are QEMU's own SHUTDOWN to STOP and its reset",
		   gate.n, samples_min(&gate), samples_max(&gate));
	return 0;
}

int measure_quiesce(struct bench *b, const char *arch, struct figure *f,
		    char *error)
{
	const struct byproducts *y = &b->byproducts[arch_index(arch)];
	const struct samples *s = &y->quiesce_ms;
	int r = s->n ? 0 : need_in_place(b, arch, error);

	if (r < 0)
		return r;
	f->value = samples_median(s);
	figure_how(f,
		   "INTENT received to QEMU's SHUTDOWN event, by the shim's "
		   "marks: an upper bound, for it has the kernel's way from "
		   "reboot(2) to the reset in it; median of all %zu clean "
		   "reboots of the idle example in this run, %.1f to %.1f",
		   s->n, samples_min(s), samples_max(s));
	report_beside(&b->report, "quiesce-to-proof", arch,
		      samples_median(&y->proof_ms), "ms",
		      "of it: INTENT to QUIESCED received, median of %zu",
		      y->proof_ms.n);
	return 0;
}
