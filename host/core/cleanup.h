/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/cleanup.h - was the reset of a secure guest a fast one?
 *
 * Theory of operation: such a reset either sets the old guest aside (PREPARE)
 * and destroys it in a thread of QEMU's (PERFORM), or destroys all of it while
 * everybody waits. Nobody says which (docs/facts.md 2.3): the thread's name in
 * /proc does, for as long as it runs. So after RESET there is a look at QEMU's
 * threads at once and a few more, at growing distances, and then none ever.
 *
 * The next reset must not come before PERFORM has begun, else QEMU exits. It
 * has begun when the thread has used CPU time, or is gone. One that was never
 * seen had nothing to do for as long as SPACING: then it may have been quick,
 * or without a name.
 *
 * Several threads may run, of one reset each; a look tells of the youngest.
 * Pure.
 */
#ifndef HOST_CORE_CLEANUP_H
#define HOST_CORE_CLEANUP_H

#include <stdbool.h>
#include <stdint.h>

enum cleanup_kind {
	CLEANUP_NONE,	 /* no reset in this generation, or of a plain guest */
	CLEANUP_WATCHED, /* not known yet */
	CLEANUP_ASYNC,	 /* destroyed in the background */
	CLEANUP_SYNC,	 /* destroyed while everybody waited */
	CLEANUP_UNKNOWN, /* no thread was ever seen */
	CLEANUPS,
};

struct cleanup {
	enum cleanup_kind kind;
	bool seen;	   /* the thread of the last reset */
	bool begun;	   /* and PERFORM in it */
	bool held;	   /* the next reset waits for that */
	int32_t thread;	   /* the youngest of any reset; 0: none yet */
	uint32_t looks;	   /* after the last reset */
	int32_t refused;   /* PREPARE, with that -errno; 0: it was not */
	uint64_t reset_us; /* the last reset */
	uint64_t look_us;  /* when to look next; 0: not any more */
};

/* What a look finds: the youngest thread of that name. */
struct cleanup_sight {
	int32_t thread;	 /* its tid; 0: there is none */
	uint64_t cpu_us; /* that it has used, in the kernel's ticks */
};

/* cleanup_none() - QEMU has ended, or has reset a guest that is not secure */
void cleanup_none(struct cleanup *c);

/*
 * cleanup_begin() - QEMU has reset a guest that may be secure
 * @waited:	it is known to have destroyed all of it; else look at once
 * @refused:	likewise, for KVM refused PREPARE with that -errno; 0: it did not
 */
void cleanup_begin(struct cleanup *c, bool waited, int32_t refused,
		   uint64_t now_us);

/* cleanup_adopt() - likewise, at @reset_us, under another shim's eyes */
void cleanup_adopt(struct cleanup *c, uint64_t reset_us);

/* cleanup_due() - is it time for a look? Then the next cleanup_saw() is due */
bool cleanup_due(struct cleanup *c, uint64_t now_us);

/* cleanup_saw() - Return: what it was is known now, or never will be */
bool cleanup_saw(struct cleanup *c, const struct cleanup_sight *s,
		 uint64_t now_us);

/* cleanup_hold() - from now on look until cleanup_rested() */
void cleanup_hold(struct cleanup *c, uint64_t now_us);

/* cleanup_rested() - may QEMU reset again? */
bool cleanup_rested(const struct cleanup *c, uint64_t now_us);

/* cleanup_name() - "none", "watched", "asynchronous", "synchronous", "unknown"
 */
const char *cleanup_name(enum cleanup_kind k);

#endif
