/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/gauge.h - how much memory a generation holds, also when it ends
 *
 * Theory of operation: its cgroup knows best, for pages stay charged there
 * until they are free: v2 memory.current, v1 memory.usage_in_bytes. Page cache
 * that came to be charged to the group is no memory of the guest and may stay
 * for ever: it is left out. (Guest memory that is a memfd counts as cache and
 * as shmem: the latter is what is kept in.)
 *
 * Without such a group there is the process: it tells what it holds until it
 * begins to give it up, and 0 from then on (docs/facts.md 9). What was held
 * then, less what MemAvailable has risen since, is an estimate: whatever else
 * happens on the host is in it.
 *
 * A gauge never says that the end has come: only the helper's pidfd does.
 * Descriptors stay open, so no later owner of a pid or a name is ever read.
 */
#ifndef HOST_MEMORY_GAUGE_H
#define HOST_MEMORY_GAUGE_H

#include <stdint.h>
#include <sys/types.h>

struct cgroup_leaf;

enum gauge_kind {
	GAUGE_CLOSED,
	GAUGE_CGROUP,	 /* v2 */
	GAUGE_CGROUP_V1, /* its memory controller */
	GAUGE_PROCESS,	 /* resident bytes */
	GAUGE_HOST,	 /* an estimate by MemAvailable */
	GAUGE_KINDS,
};

struct gauge {
	enum gauge_kind kind; /* of the value read last */
	int held_fd;
	int stat_fd;	    /* memory.stat of a group; -1: none */
	const char *host;   /* as host_room() takes it */
	uint64_t held;	    /* bytes that the process had last */
	uint64_t available; /* MemAvailable then */
};

/*
 * gauge_open() - by the best there is
 * @leaf:	v2; none where QEMU was not born in it
 * @leaf_v1:	likewise
 * @pid:	the helper, which shares QEMU's memory, or QEMU if it has none
 * @host:	"" or, in tests, a directory in place of /; borrowed
 * Return: 0; -errno: neither group nor process is there, and @g is closed
 */
int gauge_open(struct gauge *g, const struct cgroup_leaf *leaf,
	       const struct cgroup_leaf *leaf_v1, pid_t pid, const char *host);

/*
 * gauge_read() - bytes that are held now
 * @held:	not written on failure
 *
 * To be read once between QEMU's end and the helper's nudge: what
 * GAUGE_PROCESS says then is what GAUGE_HOST begins with.
 * Return: 0; -ENODATA: it is not known, for the process was giving up its
 *	memory already when it was read first; else -errno
 */
int gauge_read(struct gauge *g, uint64_t *held);

/* gauge_word() - what is read, for people: "cgroup", "MemAvailable"; static */
const char *gauge_word(const struct gauge *g);

/* gauge_close() - takes one that is closed, or all zero */
void gauge_close(struct gauge *g);

#endif
