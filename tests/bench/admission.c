// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/admission.c - how long admission takes, and what it lets in
 */
#include "tests/bench/bench.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "host/memory/domains.h"
#include "host/memory/host.h"
#include "host/memory/ledger.h"
#include "tests/host/core/schedule.h"

enum { PROMISES = 200, ASKS = SAMPLES_MAX, DECISIONS = 20000, DAYS = 10000 };

static const struct domains host_alone;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Each a generation of a page, whose QEMU this program is. */
static int promise(const char *path, const struct ledger_ops *ops,
		   struct promise_slot p[PROMISES], char *error)
{
	const struct application a = { "bench", 4096, 0, &host_alone };
	char text[ADMISSION_TEXT];
	struct decision d = { .what = ADMIT };
	int r = 0;

	for (size_t i = 0; i < PROMISES; i++)
		p[i].fd = -1;
	for (size_t i = 0; r == 0 && i < PROMISES; i++) {
		r = ledger_join(path, &a, &p[i], error);
		if (r == 0)
			r = ledger_ask(&p[i], ops, &d, text, error);
		if (r == 0 && d.what != ADMIT)
			r = sentence(error, -ENOMEM, "%s", text);
		if (r == 0)
			r = ledger_lives(&p[i], getpid(), error);
	}
	return r;
}

/* The median, for this machine may do other things as well. */
static int time_asks(const char *path, const struct ledger_ops *ops, double *ms,
		     char *error)
{
	const struct application a = { "bench", UINT64_MAX / 2, 0,
				       &host_alone };
	struct samples took = { .n = 0 };
	char text[ADMISSION_TEXT];
	struct promise_slot p;
	struct decision d;
	int r = ledger_join(path, &a, &p, error);

	for (int i = 0; r == 0 && i < ASKS; i++) {
		double from_ms = now_ms();

		r = ledger_ask(&p, ops, &d, text, error);
		samples_add(&took, now_ms() - from_ms);
	}
	*ms = samples_median(&took);
	ledger_leave(&p);
	return r;
}

static uint64_t nothing(void *ctx, pid_t pid)
{
	(void)ctx;
	(void)pid;
	return 0;
}

/* 200 who live and 200 who wait: one decision, without the reading. */
static double time_decisions(void)
{
	const struct domain host = { .name = "the host",
				     .total = 1ULL << 40,
				     .room = 1ULL << 39 };
	struct applicant waiting[PROMISES];
	struct claim claims[PROMISES];
	const struct snapshot s = { &host,    1,       claims,
				    PROMISES, waiting, PROMISES };
	size_t ahead = 0;
	double from_ms;

	for (unsigned int i = 0; i < PROMISES; i++) {
		claims[i] = (struct claim){ 1, i % 4 == 0, 1 << 30, 1 << 29 };
		waiting[i] = (struct applicant){ 1, 0, i, 1 << 30 };
	}
	from_ms = now_ms();
	for (unsigned int i = 0; i < DECISIONS; i++)
		ahead += admission_decide(&s, &waiting[i % PROMISES]).ahead;
	return ahead ? (now_ms() - from_ms) / DECISIONS : -1;
}

int measure_admission_time(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	static char here[] = "";
	const struct ledger_ops ops = { domains_room, host_resident, here };
	const struct ledger_ops bare = { domains_room, nothing, here };
	double asked_ms = 0, section_ms = 0;
	static struct promise_slot p[PROMISES];
	char path[SITE_PATH + 8];
	int r;

	(void)arch;
	snprintf(path, sizeof(path), "%s/ledger", b->site.dir);
	r = promise(path, &ops, p, error);
	if (r == 0)
		r = time_asks(path, &ops, &asked_ms, error);
	if (r == 0)
		r = time_asks(path, &bare, &section_ms, error);
	for (size_t i = 0; i < PROMISES; i++)
		ledger_leave(&p[i]);
	unlink(path);
	f->value = time_decisions();
	figure_how(
		f,
		"%d reservations and as many who wait, mean of %d; with the "
		"ledger %.3f ms, %.3f of them in the critical section (median "
		"of %d)",
		PROMISES, DECISIONS, asked_ms, section_ms, ASKS);
	return r;
}

int measure_overcommit(struct bench *b, const char *arch, struct figure *f,
		       char *error)
{
	uint64_t started = 0, waited = 0;

	(void)b;
	(void)arch;
	(void)error;
	for (uint64_t seed = 1; seed <= DAYS; seed++) {
		struct schedule s;

		schedule_run(seed, &s);
		f->value = s.worst > f->value ? s.worst : f->value;
		started += s.started;
		waited += s.turns;
	}
	figure_how(f,
		   "the worst moment of %d random schedules, admitted over "
		   "available; %llu started, %llu of them waited",
		   DAYS, (unsigned long long)started,
		   (unsigned long long)waited);
	return 0;
}
