/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/disk.h - data disks: files or devices that the guest gets
 */
#ifndef HOST_CONFIG_DISK_H
#define HOST_CONFIG_DISK_H

#include "host/config/appliance.h"

/*
 * disk_parse() - read SERIAL [read-only] [cache none|writeback|unsafe] PATH
 *
 * SERIAL is 1 to 20 of A-Z, a-z, 0-9, '-' and '_'. PATH is the rest of the
 * line.
 * Return: 0; -EINVAL, and @d is untouched
 */
int disk_parse(const char *text, struct disk *d);

/*
 * appliance_find_disks() - see that each disk is there, and what it is
 * Return: 0; -errno of stat(2); -EINVAL: neither a file nor a block device
 *	(@error)
 */
int appliance_find_disks(struct appliance *a, char *error);

#endif
