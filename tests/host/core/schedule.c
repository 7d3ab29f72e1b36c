// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/schedule.c - a random day of a host full of shims
 *
 * Theory of operation: time goes in ticks. In each a few things happen at
 * random; then everybody who waits asks once, in the order of the slots, which
 * is not the order of the queue. After the last arrival all generations that
 * live are ended one by one, until nobody waits or nobody lives.
 */
#include "tests/host/core/schedule.h"

#include <stdbool.h>
#include <stddef.h>

#include "host/core/admission.h"

enum { SLOTS = 24, TICKS = 120, LAST_TICKS = 60, RESERVE = 50 };

struct day {
	uint64_t seed, total;
	uint64_t arrivals;
	struct claim claim[SLOTS]; /* domains 0: none */
	struct applicant waiting[SLOTS];
	bool waited[SLOTS];
	struct schedule *ret;
};

static uint64_t draw(struct day *d, uint64_t below)
{
	d->seed ^= d->seed << 13;
	d->seed ^= d->seed >> 7;
	d->seed ^= d->seed << 17;
	return (d->seed >> 11) % below;
}

static void arrive(struct day *d, size_t i)
{
	if (d->claim[i].domains || d->waiting[i].domains)
		return;
	d->waited[i] = false;
	d->waiting[i] = (struct applicant){
		.domains = 1,
		.priority = (int)draw(d, 3),
		.arrival = ++d->arrivals,
		/* now and then one that is large, or too large */
		.need = 1 +
			draw(d, draw(d, 8) ? d->total / 5 : d->total * 5 / 4),
	};
}

static void end(struct day *d, size_t i)
{
	if (d->claim[i].domains)
		d->claim[i].draining = true;
}

/* Touch some more, or give some back. */
static void move(struct day *d, size_t i)
{
	struct claim *c = &d->claim[i];
	uint64_t part = 1 + draw(d, d->total / 10);

	if (!c->domains)
		return;
	if (!c->draining)
		c->resident = c->resident + part < c->committed
				      ? c->resident + part
				      : c->committed;
	else if (c->resident > part)
		c->resident -= part;
	else
		*c = (struct claim){ 0 };
}

static struct domain host(const struct day *d)
{
	uint64_t used = 0;

	for (size_t i = 0; i < SLOTS; i++)
		used += d->claim[i].resident;
	return (struct domain){ .name = "the host",
				.total = d->total,
				.room = used < d->total ? d->total - used : 0,
				.reserve = RESERVE };
}

static bool is_ahead(const struct applicant *a, const struct applicant *b)
{
	return a->domains &&
	       (a->priority > b->priority ||
		(a->priority == b->priority && a->arrival < b->arrival));
}

static void start(struct day *d, size_t i)
{
	for (size_t j = 0; j < SLOTS; j++)
		d->ret->late += is_ahead(&d->waiting[j], &d->waiting[i]);
	d->ret->started++;
	d->ret->turns += d->waited[i];
	d->claim[i] =
		(struct claim){ .domains = 1, .committed = d->waiting[i].need };
	d->waiting[i].domains = 0;
}

static void ask(struct day *d, size_t i)
{
	const struct domain at = host(d);
	const struct snapshot s = {
		&at, 1, d->claim, SLOTS, d->waiting, SLOTS
	};

	if (!d->waiting[i].domains)
		return;
	switch (admission_decide(&s, &d->waiting[i]).what) {
	case ADMIT:
		start(d, i);
		break;
	case NEVER:
		d->ret->refused++;
		d->waiting[i].domains = 0;
		break;
	case WAIT_FOR_TURN:
	case WAIT_FOR_DRAIN:
	case ADMISSIONS:
		d->waited[i] = true;
		break;
	}
}

static void measure(struct day *d)
{
	uint64_t sum = 0;
	double share;

	for (size_t i = 0; i < SLOTS; i++)
		sum += d->claim[i].draining ? d->claim[i].resident
					    : d->claim[i].committed;
	share = (double)sum / (double)(d->total - RESERVE);
	if (share > d->ret->worst)
		d->ret->worst = share;
}

static void turn(struct day *d)
{
	for (size_t i = 0; i < SLOTS; i++)
		move(d, i);
	for (size_t i = 0; i < SLOTS; i++)
		ask(d, i);
	measure(d);
}

void schedule_run(uint64_t seed, struct schedule *ret)
{
	struct day d = { .seed = seed * 0x9e3779b97f4a7c15 + 1, .ret = ret };

	*ret = (struct schedule){ .worst = 0 };
	d.total = 1000 + draw(&d, 100000);
	for (int tick = 0; tick < TICKS; tick++) {
		arrive(&d, draw(&d, SLOTS));
		if (draw(&d, 3) == 0)
			end(&d, draw(&d, SLOTS));
		turn(&d);
	}
	for (size_t i = 0; i < SLOTS; i++) {
		end(&d, i);
		turn(&d);
	}
	for (int tick = 0; tick < LAST_TICKS; tick++)
		turn(&d);
	for (size_t i = 0; i < SLOTS; i++)
		ret->left += d.waiting[i].domains != 0;
}
