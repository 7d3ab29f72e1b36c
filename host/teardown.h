/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/teardown.h - a generation that has ended, until its memory is back
 *
 * Theory of operation: QEMU's end is quick, that of its memory is not: the
 * helper cleanup/<pid> holds it while the kernel clears it. From the moment
 * that QEMU was reaped what is left of it is a teardown: the helper, the cgroup
 * leaf of both, and the promise that memory was admitted with. Nobody waits for
 * it who can do without: the next generation may begin beside it.
 *
 * The helper is nudged at once, else it would look for QEMU's end only once a
 * second (docs/facts.md 9). When it has ended, the memory is back. Until then a
 * gauge says how much is held, and the ledger is told, so that others know what
 * to wait for.
 */
#ifndef HOST_TEARDOWN_H
#define HOST_TEARDOWN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/cgroup/cgroup.h"
#include "host/core/drain.h"
#include "host/memory/gauge.h"
#include "host/memory/ledger.h"
#include "host/qemu/process.h"

/* Whoever follows one looks at it so often. */
enum { TEARDOWN_SAMPLE_MS = 200 };

/* Who frees the memory. */
enum teardown_way {
	TEARDOWN_ASYNCHRONOUS, /* its helper */
	TEARDOWN_SYNCHRONOUS,  /* there was none: QEMU has, as it ended */
	TEARDOWN_DEFEATED,     /* likewise: somebody ended the helper first */
	TEARDOWN_WAYS,
};

struct teardown {
	uint32_t generation;
	enum teardown_way way;
	struct process process; /* of which only the helper is left */
	struct cgroup_leaf leaf[CGROUP_HIERARCHIES];
	struct promise_slot promise;
	struct gauge gauge;
	struct drain drain; /* no samples: nobody can tell */
	uint64_t told;	    /* bytes, to the ledger; UINT64_MAX: none */
	uint64_t began_us;  /* CLOCK_MONOTONIC: QEMU was reaped */
	uint64_t cpu_us;    /* that the helper has used */
	int slot;	    /* of the helper in the loop; -1: none */
};

/*
 * teardown_begin() - QEMU was reaped
 * @t:		generation, process, leaf, promise and gauge are set; the caller's
 *		until teardown_end()
 * @helper_first: its helper had ended before it
 */
void teardown_begin(struct teardown *t, bool helper_first, uint64_t now_us);

/* teardown_over() - Return: true: nothing of it is left to be waited for */
bool teardown_over(const struct teardown *t);

/* teardown_back() - the helper has ended: its memory is back */
void teardown_back(struct teardown *t, uint64_t now_us);

/* teardown_sample() - look at what it holds now */
void teardown_sample(struct teardown *t, uint64_t now_us);

/* teardown_end() - the helper has ended, or is to be left alone */
void teardown_end(struct teardown *t);

/* teardown_json() - as Teardown of host/link/io.reprise.varlink. Return: a new
 * reference */
json_t *teardown_json(const struct teardown *t, uint64_t now_us);

#endif
