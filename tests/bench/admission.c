// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/admission.c - how long admission takes, and what it lets in
 */
#include "tests/bench/bench.h"

#include <errno.h>
#include <stdint.h>
#include <time.h>

#include "host/core/admission.h"
#include "tests/host/core/schedule.h"

enum { CLAIMS = 200, DECISIONS = 20000, DAYS = 10000 };

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* 200 live in two domains, and as many wait: each has to be looked at. */
int measure_admission_time(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	const struct domain domains[] = {
		{ .name = "the host", .total = 1ULL << 40, .room = 1ULL << 39 },
		{ .name = "/vms", .total = 1ULL << 40, .room = 1ULL << 39 },
	};
	struct applicant waiting[CLAIMS];
	struct claim claims[CLAIMS];
	const struct snapshot s = {
		domains, 2, claims, CLAIMS, waiting, CLAIMS
	};
	size_t ahead = 0;
	double from_ms;

	(void)b;
	(void)arch;
	for (unsigned int i = 0; i < CLAIMS; i++) {
		claims[i] = (struct claim){ 3, i % 4 == 0, 1 << 30, 1 << 29 };
		waiting[i] = (struct applicant){ 3, 0, i, 1 << 30 };
	}
	from_ms = now_ms();
	for (unsigned int i = 0; i < DECISIONS; i++)
		ahead += admission_decide(&s, &waiting[i % CLAIMS]).ahead;
	f->value = (now_ms() - from_ms) / DECISIONS;
	if (ahead != (size_t)DECISIONS * (CLAIMS - 1) / 2)
		return sentence(error, -EPROTO, "the decisions are wrong");
	figure_how(f,
		   "%d reservations and as many who wait, two domains, mean "
		   "of %d decisions; without the reading of the ledger",
		   CLAIMS, DECISIONS);
	return 0;
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
