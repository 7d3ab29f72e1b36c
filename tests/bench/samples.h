/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/samples.h - a few measured values, and their median
 */
#ifndef TESTS_BENCH_SAMPLES_H
#define TESTS_BENCH_SAMPLES_H

#include <stddef.h>

enum { SAMPLES_MAX = 64 };

struct samples {
	double v[SAMPLES_MAX];
	size_t n;
};

/* samples_add() - what is over SAMPLES_MAX is dropped */
void samples_add(struct samples *s, double value);

/* samples_join() - samples_add() for each of @more */
void samples_join(struct samples *s, const struct samples *more);

/* samples_median() - of an even number the mean of the middle two; 0: none */
double samples_median(const struct samples *s);

/* samples_ratios() - the n-th of @a to the n-th of @b */
struct samples samples_ratios(const struct samples *a, const struct samples *b);

double samples_min(const struct samples *s);
double samples_max(const struct samples *s);

#endif
