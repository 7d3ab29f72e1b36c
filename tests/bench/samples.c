// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/samples.c - a few measured values, and their median
 */
#include "tests/bench/samples.h"

#include <stdlib.h>

void samples_add(struct samples *s, double value)
{
	if (s->n < SAMPLES_MAX)
		s->v[s->n++] = value;
}

void samples_join(struct samples *s, const struct samples *more)
{
	for (size_t i = 0; i < more->n; i++)
		samples_add(s, more->v[i]);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static struct samples sorted(const struct samples *s)
{
	struct samples copy = *s;

	qsort(copy.v, copy.n, sizeof(copy.v[0]), by_value);
	return copy;
}

double samples_median(const struct samples *s)
{
	struct samples in_order = sorted(s);
	size_t half = in_order.n / 2;

	if (in_order.n == 0)
		return 0;
	return in_order.n % 2 ? in_order.v[half]
			      : (in_order.v[half - 1] + in_order.v[half]) / 2;
}

double samples_min(const struct samples *s)
{
	return s->n ? sorted(s).v[0] : 0;
}

double samples_max(const struct samples *s)
{
	return s->n ? sorted(s).v[s->n - 1] : 0;
}

struct samples samples_ratios(const struct samples *a, const struct samples *b)
{
	struct samples ratios = { .n = 0 };

	for (size_t i = 0; i < a->n && i < b->n; i++)
		samples_add(&ratios, a->v[i] / b->v[i]);
	return ratios;
}
