/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/orphan.h - the QEMU, or what is left of it, of a shim that died
 *
 * Theory of operation: a QEMU of ours names its appliance (-name NAME,...) and
 * has the appliance's lock open; a process that does both is it, whatever any
 * file says, and also if the file was removed. Its teardown helper is called
 * cleanup/<pid of QEMU> (QEMU system/async-teardown.c) and has no file open, but
 * shares QEMU's memory, so its command line too, and in that is a mark of the
 * lock: elsewhere others may have an appliance of the same name.
 *
 * Where we may not look at its descriptors (it is another user's), or its
 * command line is gone already (it is ending), pid and start time of a record
 * stand in for them: see @hint. So for a helper, which has none any more for as
 * long as the kernel clears its memory; one that has come home to this process
 * needs no record.
 */
#ifndef HOST_QEMU_ORPHAN_H
#define HOST_QEMU_ORPHAN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A process, and nobody who gets its pid later. */
struct identity_of_process {
	pid_t pid;	/* 0: none */
	uint64_t start; /* proc_start() */
};

enum { ORPHAN_DRAINS = 4, ORPHAN_HELPERS = ORPHAN_DRAINS + 1 };

/* A teardown helper. */
struct orphan_helper {
	struct identity_of_process process; /* all zero: none */
	pid_t qemu;			    /* whose memory it holds */
	uint32_t generation;		    /* of that; 0: not known */
};

/* What a record says was there; all zero: there is none. */
struct orphan_hint {
	struct identity_of_process qemu;
	/* that of @qemu, and of generations before, in any order */
	struct orphan_helper helper[ORPHAN_HELPERS];
};

struct orphan {
	struct identity_of_process qemu; /* it lives */
	struct orphan_helper last;	 /* if not: of the QEMU that has gone */
	/* of generations before, which drain beside it */
	size_t drains;
	struct orphan_helper drain[ORPHAN_DRAINS];
};

/*
 * orphan_find() - look at every process
 * @lock:	path of the appliance's lock
 * @hint:	what a record says; where it names no QEMU and none lives, any helper
 *	is taken for that of the last one
 */
void orphan_find(struct orphan *o, const char *name, const char *lock,
		 const struct orphan_hint *hint);

#endif
