/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/host.h - how much memory the host has, and a process holds
 */
#ifndef HOST_MEMORY_HOST_H
#define HOST_MEMORY_HOST_H

#include <sys/types.h>

#include "host/core/admission.h"

/*
 * host_room() - MemTotal, MemAvailable and the reserve that goes with them
 * @ctx:	"" or, in tests, a directory in place of / (const char *)
 *
 * What can be reclaimed is in MemAvailable already; swap is not.
 * Return: 0; -EBADMSG: it cannot be read; else -errno
 */
int host_room(void *ctx, struct domain *host);

/* host_resident() - resident bytes of @pid; 0: it is not there, or is dying
 * (docs/facts.md 9). @ctx: likewise */
uint64_t host_resident(void *ctx, pid_t pid);

#endif
