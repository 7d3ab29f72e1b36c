// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/predict.c - how long would a restart take?
 *
 * The model of last resort. Its figures, microseconds, are of docs/facts.md:
 * a page of a secure guest takes 0.5 to 4 to destroy (2 is assumed), one of an
 * ordinary guest 0.33 to free (9); the first 2 GiB of a secure guest, or all
 * of one that has no more, are destroyed before an in-place reset returns (0.2,
 * 1.2); a machine's own reset takes 7 ms on s390x, 80 ms on q35 (10.1),
 * and on microvm nobody measured it; under
 * TCG a boot after a reset takes twice as long as in a new QEMU (9). A boot is
 * what this appliance's last one took; where there was none, a second. Twice
 * the sum is taken for the worst.
 */
#include "host/core/predict.h"

#include <stddef.h>
#include <string.h>

enum {
	PAGE = 4096,
	QUIESCE_US = 50000,
	RESET_S390X_US = 7000,
	RESET_X86_US = 80000,
	EXIT_US = 15000,
	NUDGE_US = 30000, /* the teardown helper's last steps */
	SPAWN_US = 60000, /* a new QEMU, to its first cont */
	BOOT_US = 1000000,
	SECURE_PAGE_US = 2,
	PAGES_PER_US = 3, /* of an ordinary guest */
};
static const uint64_t sync_floor = 2ULL << 30;

void past_add(struct past *p, enum strategy s, uint64_t down_us,
	      uint64_t boot_us)
{
	struct past_ring *ring = &p->of[s];

	if (boot_us)
		p->boot_us = boot_us;
	if (down_us && s != STRATEGY_NONE)
		ring->down_us[ring->count++ % PAST_KEPT] = down_us;
}

static uint32_t kept(const struct past_ring *ring)
{
	return ring->count < PAST_KEPT ? ring->count : PAST_KEPT;
}

/* Sorted, by insertion: there are twenty at most. Return: how many */
static uint32_t sorted(const struct past_ring *ring, uint64_t us[PAST_KEPT])
{
	uint32_t n = kept(ring);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = i;

		for (; at > 0 && us[at - 1] > ring->down_us[i]; at--)
			us[at] = us[at - 1];
		us[at] = ring->down_us[i];
	}
	return n;
}

static uint64_t median(const struct past_ring *ring)
{
	uint64_t us[PAST_KEPT];
	uint32_t n = sorted(ring, us);

	return (us[(n - 1) / 2] + us[n / 2]) / 2;
}

bool past_relaunch_faster(const struct past *p, bool fits_twice)
{
	const struct past_ring *here = &p->of[STRATEGY_IN_PLACE];
	const struct past_ring *anew = &p->of[STRATEGY_OVERLAP];

	if (!fits_twice || anew->count < PAST_ENOUGH)
		anew = &p->of[STRATEGY_DRAIN_FIRST];
	return here->count >= PAST_ENOUGH && anew->count >= PAST_ENOUGH &&
	       median(anew) < median(here) / 10 * 9;
}

static uint64_t boot_us(const struct past *p, const struct costs *c,
			bool in_place)
{
	uint64_t us = p->boot_us ? p->boot_us : BOOT_US;

	return in_place && !c->size.kvm ? 2 * us : us;
}

static uint64_t clear_us(const struct costs *c, uint64_t bytes)
{
	return c->secure ? bytes / PAGE * SECURE_PAGE_US
			 : bytes / PAGE / PAGES_PER_US;
}

static uint64_t reset_us(const struct costs *c)
{
	uint64_t machine_us =
		c->size.kind == KIND_S390X ? RESET_S390X_US : RESET_X86_US;
	uint64_t bytes = c->size.memory;

	if (bytes > sync_floor && !c->reset_waits)
		bytes = sync_floor;
	return c->secure ? machine_us + clear_us(c, bytes) : machine_us;
}

static uint64_t model_us(const struct past *p, const struct costs *c,
			 enum strategy s)
{
	if (s == STRATEGY_IN_PLACE)
		return QUIESCE_US + reset_us(c) + boot_us(p, c, true);
	if (s == STRATEGY_OVERLAP)
		return QUIESCE_US + EXIT_US + SPAWN_US + boot_us(p, c, false);
	return QUIESCE_US + EXIT_US + NUDGE_US + clear_us(c, c->size.memory) +
	       SPAWN_US + boot_us(p, c, false);
}

struct forecast predict(const struct past *p, const struct costs *c,
			enum strategy s)
{
	const struct past_ring *ring = &p->of[s];
	struct forecast f = { .samples = kept(ring) };
	uint64_t us[PAST_KEPT];

	f.assumed = f.samples < PAST_ENOUGH;
	if (f.assumed) {
		f.median_us = model_us(p, c, s);
		f.worst_us = 2 * f.median_us;
	} else {
		f.median_us = median(ring);
		f.worst_us = us[sorted(ring, us) - 1];
	}
	return f;
}
