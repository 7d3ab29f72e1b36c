/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/admission.h - may a generation start now?
 *
 * Theory of operation: memory is a set of domains: the host, and each cgroup
 * above somebody's generation that has a limit. In each of them
 *
 *	headroom = room + reclaimable - reserve
 *		 - sum over live generations in it of
 *		   max(0, committed - resident)
 *
 * for what a live generation was promised and has not touched yet will be
 * gone, too. A generation that needs no more than the headroom of each of its
 * domains is admitted; one that will fit when what drains has drained waits;
 * any other is refused, with the numbers. Those who wait are served by
 * priority, then in the order of their coming: in a domain that holds somebody
 * up nobody is served before him. So the large do not starve, and one whose
 * cgroup is full keeps nobody out of another.
 *
 * Whoever asks holds the lock of the ledger from the reading of the snapshot
 * until his reservation stands, and reads what each claim holds before he reads
 * what room there is: a page touched in between is then counted twice, never
 * not at all. A generation that is about to be quit is not
 * live, but drains. Swap counts for nothing. Pure; all sizes are bytes.
 */
#ifndef HOST_CORE_ADMISSION_H
#define HOST_CORE_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/core/drain.h"

enum {
	ADMISSION_DOMAINS = 8,
	ADMISSION_NAME = 96,
	ADMISSION_TEXT = 384,
	ADMISSION_SIZE = 16
};

/* A place with an end to its memory. */
struct domain {
	char name[ADMISSION_NAME]; /* "the host", "the cgroup /x.slice" */
	uint64_t total; /* memory of the host, or the limit; UINT64_MAX: none */
	uint64_t room;	/* free; or the limit less what is in use */
	uint64_t reclaimable; /* in use, but given up on demand */
	uint64_t reserve;     /* to be left alone: admission_reserve() */
};

/* A reservation: of a generation that lives, or that drains. */
struct claim {
	uint32_t domains;   /* a set: bit i is domain i */
	bool draining;	    /* it will touch no more */
	uint64_t committed; /* what it was admitted with; need_bytes() */
	uint64_t resident;  /* what it holds of that now */
};

/* Somebody who wants to start. */
struct applicant {
	uint32_t domains; /* a set; of one who waits: those that hold him up */
	int priority;	  /* more is sooner */
	uint64_t arrival; /* less is sooner; no two are alike */
	uint64_t need;	  /* need_bytes() */
};

struct snapshot {
	const struct domain *domain;
	size_t domains; /* at most ADMISSION_DOMAINS */
	const struct claim *claim;
	size_t claims;
	const struct applicant *waiting; /* he who asks may be among them */
	size_t waiters;
};

enum admission {
	ADMIT,
	WAIT_FOR_TURN,	/* it would fit; somebody is ahead */
	WAIT_FOR_DRAIN, /* it will fit when enough has drained */
	NEVER,
	ADMISSIONS,
};

struct decision {
	enum admission what;
	size_t domain; /* the tightest one */
	uint32_t held; /* the set of those that do not admit it */
	uint64_t need;
	uint64_t available; /* room and reclaimable */
	uint64_t promised;  /* reserve and what the live may touch yet */
	uint64_t draining;
	size_t ahead; /* how many are served before, in that domain */
};

/* admission_reserve() - of a host, for all else: max(512 MiB, 3 % of @total) */
uint64_t admission_reserve(uint64_t total);

/*
 * admission_reserve_below() - of a cgroup: min(512 MiB, 3 % of @limit)
 *
 * Nobody but shims, and the kernel for them and QEMU, is in it besides.
 */
uint64_t admission_reserve_below(uint64_t limit);

/* admission_decide() - total: every snapshot has an answer */
struct decision admission_decide(const struct snapshot *s,
				 const struct applicant *a);

/* admission_headroom() - bytes that may be promised still, in d->domain */
uint64_t admission_headroom(const struct decision *d);

/* admission_sentence() - the decision and its numbers; cut at @size */
void admission_sentence(const struct snapshot *s, const struct decision *d,
			char *buf, size_t size);

/*
 * admission_progress() - "12.4 of 64.0 GiB, 1.3 GiB/s, 40 s left"
 * @at_exit, @held: bytes, of all that drains together: of them so many are not
 *		back yet
 * @o:		left out where it says nothing, or nothing more: by
 *		MemAvailable all may seem to be back long before it is
 */
void admission_progress(uint64_t at_exit, uint64_t held,
			const struct drain_outlook *o, char *buf, size_t size);

/* admission_size() - "1.3 GiB", into @text, which is returned */
const char *admission_size(uint64_t bytes, char text[static ADMISSION_SIZE]);

#endif
