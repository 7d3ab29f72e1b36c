// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_memory.c - one appliance: a start waits for the host's memory
 */
#include "host/shim_impl.h"

void shim_admit(struct shim *s)
{
	const struct lc_event ev = {
		.type = EV_ADMISSION,
		.admission = s->teardowns ? WAIT_FOR_DRAIN : ADMIT,
		.said = s->memory_said,
	};

	shim_later(s, &ev);
}
