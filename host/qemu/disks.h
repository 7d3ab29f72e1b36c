/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/disks.h - the appliance's disks, opened for one QEMU
 *
 * QEMU may be a user who could not open them; and a disk that another QEMU
 * writes to is refused here, by its path, which QEMU does not know.
 */
#ifndef HOST_QEMU_DISKS_H
#define HOST_QEMU_DISKS_H

struct appliance;

/*
 * disks_open() - each disk, for reading and writing unless it is read-only
 * @fd:		APPLIANCE_DISKS; the caller's until disks_close(), also on
 *		failure; -1: not open
 * Return: 0; -EBUSY: somebody uses it; else -errno; @error has the sentence
 */
int disks_open(const struct appliance *a, int *fd, char *error);

/* disks_close() - QEMU has its own now */
void disks_close(int *fd);

#endif
