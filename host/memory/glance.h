/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/glance.h - the ledger at a glance, for people
 *
 * Of the host, and of our own directory of appliances: groups with a limit, and
 * a reserve that an appliance file asks for, count when it is to start.
 */
#ifndef HOST_MEMORY_GLANCE_H
#define HOST_MEMORY_GLANCE_H

#include <stdint.h>

#include "host/memory/ledger.h"

enum { GLANCE_STATES = PROMISE_DRAINS + 1 };

struct glance {
	uint64_t total, headroom; /* of the host; what can be promised still */
	struct {
		unsigned int count;
		uint64_t bytes; /* promised; wanted; or not back yet */
	} of[GLANCE_STATES];	/* enum promise */
};

/*
 * glance_take() - look at it; writes nothing, waits for nobody
 * @path:	of the ledger
 * @root:	"" or, in tests, a directory in place of / for the host's sizes
 * Return: 0, also where there is no ledger yet; else -errno, @error
 */
int glance_take(struct glance *g, const char *path, char *root, char *error);

#endif
