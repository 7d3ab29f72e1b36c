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
 * stand in for them: see @hint.
 */
#ifndef HOST_QEMU_ORPHAN_H
#define HOST_QEMU_ORPHAN_H

#include <stdint.h>
#include <sys/types.h>

/* A process, and nobody who gets its pid later. */
struct identity_of_process {
	pid_t pid;	/* 0: none */
	uint64_t start; /* proc_start() */
};

struct orphan {
	struct identity_of_process qemu; /* it lives */
	pid_t helper;			 /* of a QEMU that has gone; 0: none */
};

/*
 * orphan_find() - look at every process
 * @lock:	path of the appliance's lock
 * @hint:	what a record says that QEMU is; all zero: no record
 */
void orphan_find(struct orphan *o, const char *name, const char *lock,
		 const struct identity_of_process *hint);

#endif
