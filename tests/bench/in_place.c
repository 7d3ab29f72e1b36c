// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/in_place.c - an in-place reboot against QEMU's own reset
 *
 * Theory of operation: one appliance under its shim and one QEMU by hand that
 * resets by itself when its guest reboots (reboot=reset). Both start cold and
 * reboot in turns, the n-th of one against the n-th of the other: under TCG
 * the first reset is unlike the later ones. Who begins alternates.
 */
#include <stdio.h>

#include "tests/bench/bench.h"
#include "tests/bench/pair.h"

enum { ROUNDS = 9 };

static int reboot_served(struct bench *b, const char *arch, struct served *s,
			 struct samples *ours, char *error)
{
	struct marks m;
	int r = served_reboot(s, "in_place", &m, error);

	if (r < 0)
		return r;
	byproducts_note(b, arch, &m);
	samples_add(ours,
		    (double)(m.at_us[MARK_READY] - m.at_us[MARK_RESET]) / 1000);
	return 0;
}

static int reboot_plain(struct plain *p, struct samples *plain, char *error)
{
	int r = plain_reboot(p, error);

	if (r == 0)
		r = plain_await(p, PLAIN_READY, error);
	if (r < 0)
		return r;
	samples_add(plain,
		    (double)(p->at_us[PLAIN_READY] - p->at_us[PLAIN_RESET]) /
			    1000);
	return 0;
}

static int in_turns(struct bench *b, const char *arch, struct pair *pair,
		    struct samples *ours, struct samples *plain, char *error)
{
	int r;

	pair->plain.own_reset = true;
	r = plain_start(&pair->plain, error);
	if (r == 0)
		r = plain_await(&pair->plain, PLAIN_READY, error);
	for (int i = 0; i < ROUNDS && r == 0; i++) {
		if (i % 2)
			r = reboot_plain(&pair->plain, plain, error);
		if (r == 0)
			r = reboot_served(b, arch, &pair->served, ours, error);
		if (r == 0 && i % 2 == 0)
			r = reboot_plain(&pair->plain, plain, error);
	}
	return r;
}

int in_place_run(struct bench *b, const char *arch, struct samples *ours,
		 struct samples *plain, char *error)
{
	struct pair pair;
	int r = pair_open(&pair, b, arch, "web", error);

	if (r == 0)
		r = in_turns(b, arch, &pair, ours, plain, error);
	pair_close(&pair);
	return r;
}

int measure_in_place(struct bench *b, const char *arch, struct figure *f,
		     char *error)
{
	struct samples ours = { 0 }, plain = { 0 }, ratios;
	int r = in_place_run(b, arch, &ours, &plain, error);

	if (r < 0)
		return r;
	ratios = samples_ratios(&ours, &plain);
	f->value = samples_median(&ratios);
	figure_how(f,
		   "last RESET to READY, in place under the shim, against the "
		   "same QEMU with reboot=reset and no gate: median of %d "
		   "ratios of the n-th to the n-th, in turns, %.2f to %.2f; "
		   "medians %.0f and %.0f ms, the first ones %.0f and %.0f ms; "
		   "TCG",
		   ROUNDS, samples_min(&ratios), samples_max(&ratios),
		   samples_median(&ours), samples_median(&plain), ours.v[0],
		   plain.v[0]);
	return 0;
}
