/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/orphan.h - the QEMU, or what is left of it, of a shim that died
 *
 * Theory of operation: a QEMU of ours names its appliance (-name NAME,...) and
 * has the appliance's lock open; a process that does both is it, whatever any
 * file says, and also if the file was removed. Its teardown helper shares its
 * memory, so its command line too, and is called cleanup/<pid of QEMU>
 * (QEMU system/async-teardown.c).
 *
 * Where we may not look at its descriptors (it is another user's), or its
 * command line is gone already (it is ending), pid and start time of a record
 * stand in for them: see @hint. A helper that has lost its command line
 * is ours, too, if it has come home to this process.
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

enum { ORPHAN_DRAINS = 4 };

struct orphan {
	struct identity_of_process qemu; /* it lives */
	pid_t helper; /* if not: that of the QEMU that has gone; 0: none */
	/* of generations before, which drain beside it */
	size_t drains;
	struct drain_of_orphan {
		pid_t qemu, helper;
	} drain[ORPHAN_DRAINS];
};

/*
 * orphan_find() - look at every process
 * @lock:	path of the appliance's lock
 * @hint:	what a record says that QEMU is; all zero: no record
 */
void orphan_find(struct orphan *o, const char *name, const char *lock,
		 const struct identity_of_process *hint);

#endif
