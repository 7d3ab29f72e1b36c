/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/domains.h - the places whose memory a generation will take
 *
 * Theory of operation: the host, and each cgroup around the one in which the
 * generation will be born that has a memory controller, of v2 or of v1: a host
 * has but one. Its own leaf has no limit. Whether a group has one is looked at
 * whenever somebody asks, for an operator may set one later, and remove it.
 */
#ifndef HOST_MEMORY_DOMAINS_H
#define HOST_MEMORY_DOMAINS_H

#include <stddef.h>
#include <stdint.h>

#include "host/cgroup/cgroup.h" /* CGROUP_PATH */
#include "host/core/admission.h"

enum { DOMAINS_GROUPS = ADMISSION_DOMAINS - 1 };

/* All zero: the host alone. */
struct domains {
	uint64_t reserve;      /* of the host; 0: admission_reserve() */
	char dir[CGROUP_PATH]; /* the innermost group */
	size_t mount;	       /* so much of @dir is where they are mounted */
	uint32_t groups;
	struct {
		uint64_t id; /* inode number of the directory */
		size_t len;  /* of @dir: its path; the innermost is first */
	} group[DOMAINS_GROUPS];
};

/*
 * domains_find() - the groups around a generation; @d->reserve stays
 * @mount:	where the hierarchy is mounted (struct cgroup)
 * @dir:	in which leaves are made (likewise), below it
 *
 * Where there are more than DOMAINS_GROUPS those without a limit are left out,
 * and the outermost of what are still too many. None is no error.
 */
void domains_find(struct domains *d, const char *mount, const char *dir);

/*
 * domains_room() - how much memory there is in each
 * @ctx:	the @root of host_room() (const char *)
 * @domain:	the host, then @d->group
 *
 * What a group can give up is page cache and slab, as memory.stat has it.
 * Return: 0; -EBADMSG: a file is not as it should be; else -errno of reading
 *	it; @error has the sentence
 */
int domains_room(void *ctx, const struct domains *d,
		 struct domain domain[static ADMISSION_DOMAINS], char *error);

#endif
