/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/adopt.h - what a lifecycle leaves to the shim after it
 *
 * Theory of operation: a QEMU outlives its shim. The shim writes down, after
 * each step, what cannot be asked from QEMU or the guest again (struct
 * lc_saved); the next one hands it back with EV_ADOPT. It is a help, not the
 * truth: without it, or with one that is not of this QEMU, an adopted guest is
 * asked anew, and what only the record could tell counts as not having been.
 *
 *	                 there is a QEMU             status, log
 *	DOWN, EV_ADOPT ------------------> ADOPTING ------------> where it is
 *	     |  only its memory
 *	     |-------------------> DRAINING, as was decided
 *	     |  nothing any more
 *	     `-------------------> LAUNCHING; after a handover, as was decided
 *
 * Where the guest is: it runs (its stage says in which state; ASK brings the
 * rest), it is ready to run (launched or reset, and nobody said cont), or it
 * stands in the gate, with a reason (judged like any other) or without one
 * (END_UNOBSERVED). Pure.
 */
#ifndef HOST_CORE_ADOPT_H
#define HOST_CORE_ADOPT_H

#include "host/core/lifecycle.h"

/* Of one shim, for the next; times are CLOCK_MONOTONIC, of the same boot. */
struct lc_saved {
	enum lc_state state;
	uint32_t generation, boot;
	uint64_t epoch; /* 0: no HELLO yet */
	enum epoch_stage stage;
	uint8_t secure, intent, icause, boot_stage;
	uint32_t detail;
	struct proof proof;
	uint32_t granted_ms;
	enum wish wish;
	bool wish_acted, insist;
	uint64_t wish_us;
	uint32_t wish_tries;
	uint64_t cont_us, served_us;
	uint32_t crash_count;
	uint32_t failures;
	uint64_t crashes_us[LC_CRASHES];
	bool held, gave_way;
	bool other_image;
	struct passage now, last; /* but for their reasons' words */
	bool ending;
};

/* What is left of an earlier shim's QEMU. */
struct lc_left {
	const struct lc_saved *saved; /* of this QEMU; NULL: none */
	bool qemu;		      /* it lives */
	bool memory;		      /* it has ended, its helper has not */
	bool draining;	  /* others before it have not given theirs back */
	bool same_image;  /* what it booted is what would be booted now */
	bool handed_over; /* its shim has become this one: nobody typed `run` */
};

/* lifecycle_save() - @s: written whole, padding too: memcmp() compares two */
void lifecycle_save(const struct lifecycle *lc, struct lc_saved *s);

#endif
