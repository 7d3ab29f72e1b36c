// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/admission.c - may a generation start now?
 *
 * Theory of operation: each domain of the applicant is looked at once; the one
 * with the least to spare decides, for what is admitted must fit in all. Sums
 * saturate: a snapshot that makes no sense admits nobody.
 */
#include "host/core/admission.h"

#include <stdio.h>

enum { RESERVE_PERCENT = 3 };
static const uint64_t half_gib = 512ULL << 20;
static const uint64_t day_us = 86400ULL * 1000000;

static uint64_t share(uint64_t total)
{
	return total / 100 * RESERVE_PERCENT;
}

uint64_t admission_reserve(uint64_t total)
{
	return share(total) > half_gib ? share(total) : half_gib;
}

uint64_t admission_reserve_below(uint64_t limit)
{
	return share(limit) < half_gib ? share(limit) : half_gib;
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* What there is in domain @i, what of it is promised, what will come back. */
static void look(const struct snapshot *s, size_t i, struct decision *d)
{
	const struct domain *at = &s->domain[i];

	d->available = add(at->room, at->reclaimable);
	d->promised = at->reserve;
	for (size_t c = 0; c < s->claims; c++) {
		const struct claim *cl = &s->claim[c];

		if (!(cl->domains & 1U << i))
			continue;
		if (cl->draining)
			d->draining = add(d->draining, cl->resident);
		else
			d->promised = add(d->promised,
					  less(cl->committed, cl->resident));
	}
}

/* Is @a served before @b? */
static bool before(const struct applicant *a, const struct applicant *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return a->arrival < b->arrival;
}

static size_t count_ahead(const struct snapshot *s, size_t i,
			  const struct applicant *a)
{
	size_t n = 0;

	for (size_t w = 0; w < s->waiters; w++)
		n += (s->waiting[w].domains & 1U << i) &&
		     before(&s->waiting[w], a);
	return n;
}

static enum admission judge(const struct decision *d)
{
	uint64_t wanted = add(d->need, d->promised);

	if (wanted <= d->available)
		return d->ahead ? WAIT_FOR_TURN : ADMIT;
	return wanted <= add(d->available, d->draining) ? WAIT_FOR_DRAIN
							: NEVER;
}

uint64_t admission_headroom(const struct decision *d)
{
	return less(d->available, d->promised);
}

struct decision admission_decide(const struct snapshot *s,
				 const struct applicant *a)
{
	struct decision worst = { .what = NEVER, .need = a->need };
	uint32_t held = 0;
	bool any = false;

	for (size_t i = 0; i < s->domains && i < ADMISSION_DOMAINS; i++) {
		struct decision d = { .domain = i, .need = a->need };

		if (!(a->domains & 1U << i))
			continue;
		d.ahead = count_ahead(s, i, a);
		look(s, i, &d);
		d.what = judge(&d);
		if (d.what != ADMIT)
			held |= 1U << i;
		if (!any || d.what > worst.what ||
		    (d.what == worst.what &&
		     admission_headroom(&d) < admission_headroom(&worst)))
			worst = d;
		any = true;
	}
	worst.held = held;
	return worst;
}

static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };

/* The largest unit of which there is at least one, and below a thousand. */
static unsigned int unit_of(uint64_t bytes)
{
	unsigned int unit = 0;

	while (unit < 3 && bytes >> (10 * (unit + 1)) >= 1000)
		unit++;
	return unit;
}

static double in_unit(uint64_t bytes, unsigned int unit)
{
	return (double)bytes / (double)(1ULL << 10 * (unit + 1));
}

const char *admission_size(uint64_t bytes, char text[static ADMISSION_SIZE])
{
	unsigned int unit = unit_of(bytes);

	snprintf(text, ADMISSION_SIZE, "%.1f %s", in_unit(bytes, unit),
		 units[unit]);
	return text;
}

void admission_sentence(const struct snapshot *s, const struct decision *d,
			char *buf, size_t size)
{
	const struct domain *at = &s->domain[d->domain];
	char need[ADMISSION_SIZE], may[ADMISSION_SIZE], drains[ADMISSION_SIZE];
	char total[ADMISSION_SIZE], promised[ADMISSION_SIZE];

	admission_size(d->need, need);
	admission_size(admission_headroom(d), may);
	admission_size(d->draining, drains);
	admission_size(at->total, total);
	admission_size(d->promised, promised);
	switch (d->what) {
	case ADMIT:
		snprintf(buf, size, "it needs %s, and %s has %s to spare", need,
			 at->name, may);
		break;
	case WAIT_FOR_TURN:
		snprintf(buf, size,
			 "it needs %s, and %s has %s to spare, but %zu came "
			 "before it",
			 need, at->name, may, d->ahead);
		break;
	case WAIT_FOR_DRAIN:
		snprintf(buf, size,
			 "it needs %s, and %s has %s to spare and %s draining",
			 need, at->name, may, drains);
		break;
	case NEVER:
	case ADMISSIONS:
		snprintf(buf, size,
			 "it needs %s, and %s has %s to spare and %s draining, "
			 "of %s with %s reserved: stop another appliance%s or "
			 "give this one less memory",
			 need, at->name, may, drains, total, promised,
			 d->domain ? ", raise the limit there" : "");
		break;
	}
}

void admission_progress(uint64_t at_exit, uint64_t held,
			const struct drain_outlook *o, char *buf, size_t size)
{
	unsigned int unit = unit_of(at_exit);
	char rate[ADMISSION_SIZE], left[32] = "over a day";
	int n = snprintf(buf, size, "%.1f of %.1f %s",
			 in_unit(less(at_exit, held), unit),
			 in_unit(at_exit, unit), units[unit]);

	if (n < 0 || (size_t)n >= size || !o->rate || !o->left_us)
		return;
	if (o->left_us < day_us)
		snprintf(left, sizeof(left), "%llu s",
			 (unsigned long long)((o->left_us + 999999) / 1000000));
	snprintf(buf + n, size - (size_t)n, ", %s/s, %s left",
		 admission_size(o->rate, rate), left);
}
