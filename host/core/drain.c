// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/drain.c - how soon the memory of an ended generation is back
 */
#include "host/core/drain.h"

enum { US = 1000000, PAGE = 4096, PARTS = 3, LEAST_US = 1000000 };

static void keep(struct drain *d, uint64_t held, uint64_t now_us)
{
	d->sample[d->count].at_us = now_us;
	d->sample[d->count].held = held;
	d->count++;
}

static void thin_out(struct drain *d)
{
	for (uint32_t i = 0; i < DRAIN_SAMPLES / 2; i++)
		d->sample[i] = d->sample[2 * i];
	d->count = DRAIN_SAMPLES / 2;
	d->stride *= 2;
}

void drain_begin(struct drain *d, uint64_t held, uint64_t now_us)
{
	*d = (struct drain){
		.stride = 1,
		.held_first = held,
		.held_now = held,
		.now_us = now_us,
	};
	keep(d, held, now_us);
}

void drain_sample(struct drain *d, uint64_t held, uint64_t now_us)
{
	d->held_now = held;
	d->now_us = now_us;
	if (++d->skipped < d->stride)
		return;
	d->skipped = 0;
	if (d->count == DRAIN_SAMPLES)
		thin_out(d);
	keep(d, held, now_us);
}

/* The pace of all of it, however short that was. */
void drain_end(struct drain *d, uint64_t now_us)
{
	d->count = 1;
	d->held_now = 0;
	d->now_us = now_us;
}

/* @bytes * US / @by; in pages, so that it holds for more than any host has */
static uint64_t per(uint64_t bytes, uint64_t by)
{
	return bytes / PAGE * US / by;
}

/* What the newest part begins with; the very first one if all is too short. */
static uint32_t newest(const struct drain *d)
{
	uint64_t part_us = (d->now_us - d->sample[0].at_us) / PARTS;
	uint32_t from = d->count - 1;

	if (part_us < LEAST_US)
		part_us = LEAST_US;
	while (from > 0 && d->now_us - d->sample[from].at_us < part_us)
		from--;
	return from;
}

struct drain_outlook drain_outlook(const struct drain *d)
{
	uint32_t from = newest(d);
	uint64_t was = d->sample[from].held;
	uint64_t took_us = d->now_us - d->sample[from].at_us;
	struct drain_outlook o = { 0 };

	if (!took_us || (took_us < LEAST_US && d->held_now) ||
	    was <= d->held_now)
		return o;
	o.rate = per(was - d->held_now, took_us) * PAGE;
	if (o.rate)
		o.left_us = per(d->held_now, o.rate) * PAGE;
	return o;
}
