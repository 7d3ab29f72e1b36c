/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/storage/disk.h - which disk is it, and what is on it?
 */
#ifndef GUEST_STORAGE_DISK_H
#define GUEST_STORAGE_DISK_H

#include "guest/storage/storage_conf.h"

enum { DISK_NAME_SIZE = 32 };

enum disk_content {
	DISK_EXT4,	/* or an older one of its kind */
	DISK_ZERO,	/* every byte */
	DISK_SOMETHING, /* else */
};

/*
 * disk_find() - look through /sys/block
 * @root:	"" but in tests; labels are read from "@root/dev/NAME"
 * @name:	its name under /dev
 * Return: 0; -ENOENT: there is none; -EEXIST: there are several
 */
int disk_find(const char *root, const struct storage_disk *d,
	      char name[static DISK_NAME_SIZE]);

/* disk_bytes() - of all that /sys/block has */
uint64_t disk_bytes(const char *root);

/* disk_read_only() - does the machine forbid to write to it? */
bool disk_read_only(const char *root, const char *name);

/*
 * disk_content() - what is on it
 *
 * Only a disk without an ext4 is read to its end, or to what is not zero.
 * Return: enum disk_content; -errno: it cannot be read, and so not be trusted
 */
int disk_content(const char *path);

#endif
