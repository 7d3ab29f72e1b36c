/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/predict.h - how long would a restart take?
 *
 * Theory of operation: what this appliance's last restarts of a strategy took
 * is the best guess of what the next one takes: their median, and at worst the
 * longest of them. With fewer than PAST_ENOUGH of them a model of last resort
 * adds up what the steps are known to take, and the answer says so.
 *
 * Downtime is phases_down(): from the guest's INTENT to READY. Only restarts
 * whose end was clean count, for one that is asked for is to be of that kind.
 * Pure.
 */
#ifndef HOST_CORE_PREDICT_H
#define HOST_CORE_PREDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "host/core/need.h"
#include "host/core/phases.h"
#include "host/core/planner.h"

enum {
	PAST_KEPT = 20,	 /* restarts of each strategy */
	PAST_ENOUGH = 3, /* fewer say little */
};

/* What this appliance did before, with the same memory and accelerator. */
struct past {
	struct past_ring {
		uint64_t down_us[PAST_KEPT];
		uint32_t count; /* of all ever added */
	} of[STRATEGIES];
	uint64_t boot_us; /* the last phases_boot(); 0: none */
};

/*
 * past_add() - a passage that reached READY
 * @s:		STRATEGY_NONE: a start
 * @down_us:	phases_down(); 0: no sample: a start, or its end was not clean
 * @boot_us:	phases_boot(); 0: QEMU was not new
 */
void past_add(struct past *p, enum strategy s, uint64_t down_us,
	      uint64_t boot_us);

/*
 * past_relaunch_faster() - was a full restart faster than one in place?
 * @fits_twice: it would overlap, which is faster than to drain first
 * Return: true: there is enough of both, and the median of the full one is
 *	below nine tenths of that of in place
 */
bool past_relaunch_faster(const struct past *p, bool fits_twice);

/* What the model goes by, where the past says too little. */
struct costs {
	struct machine_size size;
	bool secure;	  /* destroying a page of it takes microseconds */
	bool reset_waits; /* for all of them, not for the first 2 GiB alone */
};

struct forecast {
	uint64_t median_us, worst_us;
	uint32_t samples; /* restarts of this strategy, at most PAST_KEPT */
	bool assumed;	  /* by the model: too few samples */
};

/*
 * predict() - downtime of a restart
 * @s:	in place, overlap or drain first
 */
struct forecast predict(const struct past *p, const struct costs *c,
			enum strategy s);

#endif
