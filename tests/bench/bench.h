/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/bench.h - what the measurements share
 *
 * A new number is one row of numbers[] in bench.c and one function here:
 *
 * measure_*() - measure one number
 * @arch:	of the guest; NULL: the number is not about one
 * @f:		gets value and how; the rest is filled in
 * @error:	SENTENCE_MAX bytes
 * Return: 0; else -errno and the sentence in @error: it could not be measured
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/bench/report.h"
#include "tests/bench/samples.h"
#include "tests/bench/site.h"
#include "tests/bench/turns.h"

struct marks;

enum { BENCH_ARCHS = 2 };
extern const char *const bench_archs[BENCH_ARCHS];

/* What any clean reboot under the shim tells besides. */
struct byproducts {
	struct samples quiesce_ms; /* INTENT to SHUTDOWN */
	struct samples proof_ms;   /* INTENT to QUIESCED */
	struct samples gate_ms;	   /* in place only */
	struct samples stop_ms;	   /* SHUTDOWN to STOP, QEMU's own, likewise */
	struct samples reset_ms;   /* decision to RESET, QEMU's own, likewise */
};

struct bench {
	struct site site;
	struct turns turns;
	struct report report;
	struct byproducts byproducts[BENCH_ARCHS];
};

typedef int measure_fn(struct bench *b, const char *arch, struct figure *f,
		       char *error);

measure_fn measure_image_size;	   /* image_size.c */
measure_fn measure_boot_vs_stock;  /* boot.c */
measure_fn measure_restart;	   /* restart.c */
measure_fn measure_in_place;	   /* in_place.c */
measure_fn measure_gate_share;	   /* byproducts.c */
measure_fn measure_quiesce;	   /* byproducts.c */
measure_fn measure_memory_back;	   /* memory.c */
measure_fn measure_memory_nudge;   /* nudge.c */
measure_fn measure_teardown_async; /* teardown.c */
measure_fn measure_drain_estimate; /* drain.c */

measure_fn measure_init_size_tiny, measure_init_size_full; /* guest_init.c */
measure_fn measure_init_memory_tiny, measure_init_memory_full;
measure_fn measure_init_to_payload, measure_init_wakeups;
measure_fn measure_init_heap;	 /* init_heap.c */
measure_fn measure_quiesce_disk; /* quiesce_disk.c */

measure_fn measure_shim_size, measure_shim_memory; /* shim.c */
measure_fn measure_shim_growth, measure_shim_wakeups;
measure_fn measure_status_time, measure_ps;	  /* ask.c */
measure_fn measure_gate_median, measure_gate_p99; /* gate.c */

measure_fn measure_admission_time, measure_overcommit; /* admission.c */

/* byproducts_note() - a clean reboot: learn from its marks (byproducts.c) */
void byproducts_note(struct bench *b, const char *arch, const struct marks *m);

/* in_place_run() - in-place reboots under the shim and without it
 * @ours, @plain:	RESET to READY, milliseconds, the n-th of each
 * Return: 0; else -errno (@error) */
int in_place_run(struct bench *b, const char *arch, struct samples *ours,
		 struct samples *plain, char *error);

#endif
