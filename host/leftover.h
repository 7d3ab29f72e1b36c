/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/leftover.h - what a shim that died has left, looked at before a start
 *
 * Theory of operation: there is one start path: adopt what is there, else
 * launch. This is its first half: whoever has taken charge of the runtime
 * directory looks for the QEMU that holds the appliance's lock, or for the
 * helper that still holds such a QEMU's memory, gets hold of them by pidfd, and
 * connects, unless all is to be ended anyway (leftover_look()). Nothing is
 * changed yet; whatever is refused here leaves the guest as it is.
 */
#ifndef HOST_LEFTOVER_H
#define HOST_LEFTOVER_H

#include <stdbool.h>

#include "host/config/running_record.h"
#include "host/core/adopt.h"
#include "host/qemu/generation.h"
#include "host/qemu/orphan.h"

struct appliance;
struct image;
struct runtime;

struct leftover {
	bool any;      /* else there is nothing to adopt */
	bool recorded; /* @record is of what was found */
	bool unlocked; /* somebody has removed the lock of the QEMU found */
	struct record record;
	struct lc_left left;	/* for the lifecycle; borrows @record */
	struct generation qemu; /* its descriptors, each -1: none */
	size_t drains;		/* of generations before */
	struct drain_left {
		struct process process; /* its helper; the pid of its QEMU */
		uint32_t generation;	/* 0: not known */
	} drain[ORPHAN_DRAINS];
};

/*
 * leftover_look() - get hold of what is there, by pidfd; connect to nothing
 * @l:		the caller's until leftover_close(); empty on failure;
 *		its left.same_image stays false
 * @rt:		taken charge of
 * @qemu:	what the program before this one says of its own (a handover),
 *		where the record says nothing; NULL, or all zero: nothing
 * Return: 0; -EBUSY: somebody has the lock who is not to be seen; else -errno;
 *	@error has the sentence
 */
int leftover_look(struct leftover *l, struct runtime *rt, const char *name,
		  const struct identity_of_process *qemu, char *error);

/*
 * leftover_find() - likewise, and connect
 * @l:		the caller's until leftover_close(); empty on failure
 * @rt, @qemu:	as of leftover_look()
 * @image:	what would be launched now
 * Return: 0; -EBUSY: there is something that can be neither adopted nor
 *	ignored; else -errno; @error has the sentence
 */
int leftover_find(struct leftover *l, struct runtime *rt, const char *name,
		  const struct identity_of_process *qemu,
		  const struct image *image, char *error);

/* leftover_lives() - is there a QEMU that has not ended, to be reaped only? */
bool leftover_lives(const struct leftover *l);

/* leftover_ports() - take the forwards' host ports from the QEMU that runs */
void leftover_ports(const struct leftover *l, struct appliance *a);

/* leftover_close() - what was not taken over; takes an empty one */
void leftover_close(struct leftover *l);

#endif
