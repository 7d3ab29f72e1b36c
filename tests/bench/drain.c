// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/drain.c - how well the end of a drain is foretold
 *
 * Theory of operation: a QEMU of gigabytes in 4 KiB pages, born in a cgroup leaf
 * as a shim makes it, is ended. What is left of it is followed by the shim's own
 * host/teardown, looked at as often as the shim does: what it foretells at half
 * time is compared with what the rest of the drain took.
 *
 * Ordinary pages come back too soon for anybody to wait for them, and how soon
 * is then a matter of what else runs. Those of a protected guest cost
 * microseconds each: so the helper is left a tenth of a CPU (rival.h). Beside it
 * a second teardown looks at the same drain as one does that has no cgroup: by
 * MemAvailable.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>

#include "host/cgroup/cgroup.h"
#include "host/clock.h"
#include "host/teardown.h"

#include "tests/bench/bench.h"
#include "tests/bench/rival.h"
#include "tests/bench/victim.h"

enum { ROUNDS = 9, VICTIM_MIB = 7680, LOOKS = 600 };

enum eye { BY_LEAF, BY_HOST, EYES };

struct look {
	uint64_t at_us;
	uint64_t left_us[EYES]; /* as foretold */
};

struct watch {
	struct teardown eye[EYES];
	struct look look[LOOKS + 1];
	int looks; /* before it ended, which is the one after them */
};

struct outcomes {
	struct samples error[EYES], took_ms;
	const char *gauge;
	bool outranks;
};

static const struct cgroup_leaf no_leaf = { .fd = -1 };

/* As a shim does it; without the right to it there is none. */
static void make_leaves(struct cgroup_leaf leaf[static CGROUP_HIERARCHIES])
{
	char error[SENTENCE_MAX];
	struct cgroup c;

	if (cgroup_find(&c, "", error) == 0)
		cgroup_leaf_make(&c, "bench-drain", 1, &leaf[0], error);
	if (cgroup_find_memory_v1(&c, "", error) == 0)
		cgroup_leaf_make(&c, "bench-drain", 1, &leaf[1], error);
}

static void prepare(struct watch *w)
{
	for (int i = 0; i < EYES; i++)
		w->eye[i] = (struct teardown){ .process = PROCESS_NONE,
					       .leaf = { no_leaf, no_leaf },
					       .promise = { .fd = -1 } };
	make_leaves(w->eye[BY_LEAF].leaf);
}

/*
 * Before QEMU ends: a helper may see that at once, and what it held is not to be
 * learned from it any more.
 */
static void aim(struct watch *w, const struct victim *v)
{
	uint64_t held;

	for (int i = 0; i < EYES; i++) {
		struct teardown *t = &w->eye[i];

		gauge_open(&t->gauge, &t->leaf[0], &t->leaf[1],
			   v->process.helper, "");
		gauge_read(&t->gauge, &held);
	}
}

/* QEMU was reaped. The one with its helper comes last, for it nudges it. */
static int begin(struct watch *w, struct victim *v, char *error)
{
	w->eye[BY_LEAF].process = v->process;
	v->process = PROCESS_NONE;
	teardown_begin(&w->eye[BY_HOST], false, clock_us());
	teardown_begin(&w->eye[BY_LEAF], false, clock_us());
	if (!w->eye[BY_HOST].drain.count || !w->eye[BY_LEAF].drain.count)
		return sentence(error, -ENODATA,
				"what the helper holds cannot be read");
	return 0;
}

/* Return: true: the helper has ended before @at_us */
static bool ended_by(const struct watch *w, uint64_t at_us)
{
	uint64_t now_us = clock_us();

	return victim_await(w->eye[BY_LEAF].process.helper_pidfd,
			    now_us < at_us ? (int)((at_us - now_us) / 1000)
					   : 0);
}

static void look(struct watch *w)
{
	struct look *l = &w->look[w->looks++];

	l->at_us = clock_us();
	for (int i = 0; i < EYES; i++) {
		teardown_sample(&w->eye[i], l->at_us);
		l->left_us[i] = drain_outlook(&w->eye[i].drain).left_us;
	}
}

static int follow(struct watch *w, char *error)
{
	uint64_t next_us = w->eye[BY_LEAF].began_us;

	for (w->looks = 0; w->looks < LOOKS;) {
		next_us += TEARDOWN_SAMPLE_MS * 1000;
		if (ended_by(w, next_us)) {
			w->look[w->looks].at_us = clock_us();
			process_reap_helper(&w->eye[BY_LEAF].process);
			return 0;
		}
		look(w);
	}
	return sentence(error, -ETIMEDOUT, "the helper did not end within %d s",
			LOOKS * TEARDOWN_SAMPLE_MS / 1000);
}

static double took_us(const struct watch *w)
{
	return (double)(w->look[w->looks].at_us - w->eye[BY_LEAF].began_us);
}

/* Of the time that was left at the first look in the second half. */
static int judge(const struct watch *w, struct outcomes *o, char *error)
{
	uint64_t end_us = w->look[w->looks].at_us;
	uint64_t half_us = end_us - (uint64_t)(took_us(w) / 2);
	int at = 0;

	while (at < w->looks && w->look[at].at_us < half_us)
		at++;
	if (at == w->looks)
		return sentence(error, -ERANGE,
				"a drain of %.0f ms is too short to be looked "
				"at every %d ms",
				took_us(w) / 1000, TEARDOWN_SAMPLE_MS);
	for (int i = 0; i < EYES; i++) {
		double left_us = (double)(end_us - w->look[at].at_us);

		samples_add(&o->error[i],
			    fabs((double)w->look[at].left_us[i] - left_us) /
				    left_us * 100);
	}
	samples_add(&o->took_ms, took_us(w) / 1000);
	o->gauge = gauge_word(&w->eye[BY_LEAF].gauge);
	return 0;
}

/* From the first page that it touches to the last that is back. */
static int run(struct watch *w, struct victim *v, struct rival *rival,
	       const struct qemu_caps *caps, char *error)
{
	const struct victim_plan plan = {
		.mib = VICTIM_MIB,
		.async = true,
		.small_pages = true,
		.all_over = true,
		.leaf = w->eye[BY_LEAF].leaf,
	};
	double took_ms;
	int r = victim_start(v, caps, &plan, error);

	if (r < 0)
		return r;
	r = rival_start(rival, v->process.helper, error);
	if (r < 0)
		return r;
	aim(w, v);
	r = victim_end(v, VICTIM_QUIT, &took_ms, error);
	if (r == 0)
		r = begin(w, v, error);
	return r < 0 ? r : follow(w, error);
}

static int one_drain(const struct qemu_caps *caps, struct outcomes *o,
		     char *error)
{
	struct rival rival = { 0 };
	static struct watch w;
	struct victim v;
	int r;

	prepare(&w);
	r = run(&w, &v, &rival, caps, error);
	if (r == 0)
		r = judge(&w, o, error);
	o->outranks = rival.outranks;
	rival_end(&rival);
	victim_close(&v);
	for (int i = 0; i < EYES; i++)
		teardown_end(&w.eye[i]);
	return r;
}

static void tell(struct bench *b, const struct outcomes *o, struct figure *f)
{
	figure_how(f,
		   "of what was left of a drain at half time, foretold by the "
		   "shim's teardown, by %s every %d ms: %d MiB in 4 KiB "
		   "pages, the helper left a tenth of a CPU%s, back in %.1f "
		   "s; median of %d, %.1f to %.1f",
		   o->gauge, TEARDOWN_SAMPLE_MS, VICTIM_MIB,
		   o->outranks ? "" : " (less on a busy machine: not root)",
		   samples_median(&o->took_ms) / 1000, ROUNDS,
		   samples_min(&o->error[BY_LEAF]),
		   samples_max(&o->error[BY_LEAF]));
	report_beside(&b->report, "drain-estimate-host", NULL,
		      samples_median(&o->error[BY_HOST]), "percent",
		      "of the same drains, by MemAvailable, as where there is "
		      "no cgroup: median of %d, %.1f to %.1f",
		      ROUNDS, samples_min(&o->error[BY_HOST]),
		      samples_max(&o->error[BY_HOST]));
}

int measure_drain_estimate(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	struct outcomes o = { 0 };
	struct qemu_caps caps;
	int r = probe_qemu("qemu-system-x86_64", "x86_64", PROBE_MS, &caps,
			   error);

	(void)arch;
	for (int i = 0; i < ROUNDS && r == 0; i++)
		r = b->turns.interrupted ? -EINTR : one_drain(&caps, &o, error);
	if (r < 0)
		return r;
	f->value = samples_median(&o.error[BY_LEAF]);
	tell(b, &o, f);
	return 0;
}
