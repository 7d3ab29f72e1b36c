/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/cgroup/cgroup.h - a cgroup of its own for each generation of QEMU
 *
 * Theory of operation: QEMU and its teardown helper are born in a leaf below
 * the group that the shim was given. While one of them holds memory the leaf
 * says `populated 1`, also to a shim that came later; so a leaf that can be
 * removed is a generation that has gone. Where a leaf cannot be made QEMU runs
 * beside the shim, and only the pidfds tell.
 *
 * Where leaves are made: systemd puts a unit with Delegate=yes and
 * DelegateSubgroup=shim into UNIT/shim: then below UNIT. Else, and in a shell,
 * below the group of the shim itself.
 *
 * Where the memory controller is still one of v1, a second leaf of the same
 * name, in its hierarchy, is the one that counts memory: whoever starts QEMU
 * puts it there before it executes (host/launch/spawn.h), so its helper is born
 * there too.
 */
#ifndef HOST_CGROUP_CGROUP_H
#define HOST_CGROUP_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "host/sentence.h"

/* What DelegateSubgroup= of reprise@.service says. */
#define CGROUP_SUBGROUP "shim"

enum {
	CGROUP_PATH = PATH_MAX / 4,
	CGROUP_HIERARCHIES = 2, /* cgroup2, and v1 with the memory controller */
};

struct cgroup {
	char mount[CGROUP_PATH]; /* of its hierarchy */
	char own[CGROUP_PATH];	 /* directory of this process's group */
	char base[CGROUP_PATH];	 /* directory in which leaves are made */
};

struct cgroup_leaf {
	char path[PATH_MAX / 2]; /* "": none */
	int fd;			 /* of the directory; -1: none */
};

/*
 * cgroup_find() - where this process is, in cgroup2
 * @root:	"" or, in tests, a directory in place of /
 * Return: 0; -ENOENT: no cgroup2 is mounted; else -errno; @error has the
 *	sentence
 */
int cgroup_find(struct cgroup *c, const char *root, char *error);

/*
 * cgroup_find_memory_v1() - likewise, where v1 has the memory controller
 * Return: 0; -ENOENT: it has not; else -errno; @error has the sentence
 */
int cgroup_find_memory_v1(struct cgroup *c, const char *root, char *error);

/*
 * cgroup_leaf_make() - vm-NAME-GENERATION, empty; with a memory controller if
 *	the kernel lets us have one
 *
 * Empty ones of @name, which a shim that died has left, are removed first.
 * @leaf:	the caller's until cgroup_leaf_remove()
 * Return: 0; else -errno of mkdir(), @error has the sentence, @leaf is none
 */
int cgroup_leaf_make(const struct cgroup *c, const char *name,
		     unsigned int generation, struct cgroup_leaf *leaf,
		     char *error);

/*
 * cgroup_leaf_entrance() - whoever's pid is written to it moves there
 * Return: a descriptor, CLOEXEC, the caller's; -EBADF: @leaf is none; -errno
 */
int cgroup_leaf_entrance(const struct cgroup_leaf *leaf);

/*
 * cgroup_leaf_of() - those in which a QEMU, or its helper, was born, wherever
 *	its shim was
 * @root:	as of cgroup_find()
 * @leaf:	one for each hierarchy; none where its group is not one of ours
 *		for @name; each the caller's until cgroup_leaf_remove()
 */
void cgroup_leaf_of(const char *root, pid_t pid, const char *name,
		    struct cgroup_leaf leaf[static CGROUP_HIERARCHIES]);

/*
 * cgroup_leaf_remove() - forget it; takes one that is none
 * Return: false: somebody is in it still, and it stays
 */
bool cgroup_leaf_remove(struct cgroup_leaf *leaf);

#endif
