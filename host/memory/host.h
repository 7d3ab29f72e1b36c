/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/host.h - how much memory host and cgroup have, a process holds
 */
#ifndef HOST_MEMORY_HOST_H
#define HOST_MEMORY_HOST_H

#include <sys/types.h>

#include "host/core/admission.h"

/*
 * host_room() - MemTotal, MemAvailable and the reserve that goes with them
 * @root:	"" or, in tests, a directory in place of /
 *
 * What can be reclaimed is in MemAvailable already; swap is not.
 * Return: 0; -EBADMSG: it cannot be read; else -errno
 */
int host_room(const char *root, struct domain *host);

/*
 * host_group_limit() - of a cgroup with a memory controller, v2 or v1
 * @limit:	UINT64_MAX: none
 * Return: 0; -ENOENT: it has no memory controller; -EBADMSG; else -errno
 */
int host_group_limit(const char *dir, uint64_t *limit);

/*
 * host_group_room() - likewise of a cgroup; its name stays
 *
 * Of what is in use, memory.stat says what is given up on demand: page cache
 * that is in files, and slab, which v1 does not tell. With no limit there is
 * room for anything.
 * Return: 0; -EBADMSG: it cannot be read; else -errno
 */
int host_group_room(const char *dir, struct domain *group);

/* host_resident() - resident bytes of @pid; 0: it is not there, or is dying
 * (docs/facts.md 9). @ctx: a root, too (const char *) */
uint64_t host_resident(void *ctx, pid_t pid);

#endif
