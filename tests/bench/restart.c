// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/restart.c - a full restart against killing and starting QEMU
 *
 * Theory of operation: one appliance under its shim and one QEMU by hand with
 * the same command line, both there all the time, restarted in turns; who
 * begins alternates. What the guest needs to come to rest is subtracted: a kill
 * has nothing like it.
 */
#include "tests/bench/bench.h"
#include "tests/bench/pair.h"

enum { ROUNDS = 9 };

struct restarts {
	struct samples ours_ms, plain_ms, total_ms, away_ms;
};

static double between_ms(const struct marks *m, enum mark from, enum mark to)
{
	return (double)(m->at_us[to] - m->at_us[from]) / 1000;
}

static int restart_served(struct bench *b, const char *arch, struct served *s,
			  struct restarts *t, char *error)
{
	struct marks m;
	double total, quiesce;
	int r = served_reboot(s, "full", &m, error);

	if (r < 0)
		return r;
	byproducts_note(b, arch, &m);
	total = between_ms(&m, MARK_ASKED, MARK_READY);
	quiesce = between_ms(&m, MARK_INTENT, MARK_SHUTDOWN);
	samples_add(&t->total_ms, total);
	samples_add(&t->ours_ms, total - quiesce);
	samples_add(&t->away_ms, between_ms(&m, MARK_DECIDED, MARK_LAUNCHED));
	return 0;
}

static int restart_plain(struct plain *p, struct restarts *t, char *error)
{
	uint64_t killed_us = turns_now();
	int r = plain_kill(p, error);

	if (r == 0)
		r = plain_start(p, error);
	if (r == 0)
		r = plain_await(p, PLAIN_READY, error);
	if (r == 0)
		samples_add(&t->plain_ms,
			    (double)(p->at_us[PLAIN_READY] - killed_us) / 1000);
	return r;
}

static int in_turns(struct bench *b, const char *arch, struct served *s,
		    struct plain *p, struct restarts *t, char *error)
{
	int r = plain_start(p, error);

	if (r == 0)
		r = plain_await(p, PLAIN_READY, error);
	for (int i = 0; i < ROUNDS && r == 0; i++) {
		if (i % 2)
			r = restart_plain(p, t, error);
		if (r == 0)
			r = restart_served(b, arch, s, t, error);
		if (r == 0 && i % 2 == 0)
			r = restart_plain(p, t, error);
	}
	return r;
}

int measure_restart(struct bench *b, const char *arch, struct figure *f,
		    char *error)
{
	struct restarts t = { 0 };
	struct samples ratios;
	struct pair pair;
	int r = pair_open(&pair, b, arch, "web", error);

	if (r == 0)
		r = in_turns(b, arch, &pair.served, &pair.plain, &t, error);
	pair_close(&pair);
	if (r < 0)
		return r;
	ratios = samples_ratios(&t.ours_ms, &t.plain_ms);
	f->value = samples_median(&ratios);
	figure_how(
		f,
		"`reprise reboot --full --wait`, asked to READY less INTENT "
		"to SHUTDOWN, %.0f ms (%.0f to %.0f), against SIGKILL, reap, "
		"start of the same QEMU by hand to READY, %.0f ms (%.0f to "
		"%.0f): medians of %d each, in turns, TCG",
		samples_median(&t.ours_ms), samples_min(&t.ours_ms),
		samples_max(&t.ours_ms), samples_median(&t.plain_ms),
		samples_min(&t.plain_ms), samples_max(&t.plain_ms), ROUNDS);
	report_beside(&b->report, "restart-total", arch,
		      samples_median(&t.total_ms), "ms",
		      "the same with the quiesce, median of %d", ROUNDS);
	report_beside(&b->report, "restart-teardown", arch,
		      samples_median(&t.away_ms), "ms",
		      "of it: decision to the old QEMU's memory back, median "
		      "of %d",
		      ROUNDS);
	return 0;
}
