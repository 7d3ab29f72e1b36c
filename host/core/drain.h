/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/drain.h - how soon the memory of an ended generation is back
 *
 * Theory of operation: whoever can read how many bytes are still held says so
 * now and then. What comes next is foretold by the newest third of what was
 * seen: old enough to carry noise, new enough to follow a change of pace, from
 * huge pages to small ones or from scattered to adjoining ones. It is a second
 * at least, for in less than that it is the scheduler that one sees, and before
 * there has been one nothing is foretold (docs/facts.md 11).
 *
 * When the room for samples is full every other one is dropped: what is kept
 * spans the whole drain, however long it takes.
 */
#ifndef HOST_CORE_DRAIN_H
#define HOST_CORE_DRAIN_H

#include <stdint.h>

enum { DRAIN_SAMPLES = 32 };

struct drain {
	uint32_t count;
	uint32_t stride; /* of the samples offered every so many is kept */
	uint32_t skipped;
	struct {
		uint64_t at_us;
		uint64_t held; /* bytes */
	} sample[DRAIN_SAMPLES];
	uint64_t held_first, held_now;
	uint64_t now_us; /* of held_now */
};

/* What can be said of it; 0 where nothing can be said yet. */
struct drain_outlook {
	uint64_t rate;	  /* bytes a second */
	uint64_t left_us; /* until all of it is back */
};

/* drain_begin() - QEMU has ended and holds @held bytes; monotonic clock */
void drain_begin(struct drain *d, uint64_t held, uint64_t now_us);

/* drain_sample() - it holds @held bytes now */
void drain_sample(struct drain *d, uint64_t held, uint64_t now_us);

/* drain_end() - all of it is back: what is foretold is what was */
void drain_end(struct drain *d, uint64_t now_us);

/* drain_outlook() - by what was sampled up to now */
struct drain_outlook drain_outlook(const struct drain *d);

#endif
