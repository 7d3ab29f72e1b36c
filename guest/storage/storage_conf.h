/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/storage/storage_conf.h - [storage] of init.conf
 *
 *	disk = /data serial data-1 create
 *	disk = /srv label files read-only absent skip
 *
 * A mount point; then which disk it is, by the serial that the machine gives
 * it or by the label of its ext4; then what may be done to it. create: make a
 * file system if every byte of the disk is zero. absent skip: go on without
 * it, where absent fail, the default, ends the boot. May repeat. Pure.
 */
#ifndef GUEST_STORAGE_STORAGE_CONF_H
#define GUEST_STORAGE_STORAGE_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/conf.h"

/* The image's own programs for it. */
#define STORAGE_FSCK "/sbin/e2fsck"
#define STORAGE_MKFS "/sbin/mkfs.ext4"

enum {
	STORAGE_DISKS = 8,
	STORAGE_PATH_SIZE = 64,
	STORAGE_SERIAL_SIZE = 21, /* as virtio has it */
	STORAGE_LABEL_SIZE = 17,  /* as ext4 has it */
};

struct storage_disk {
	char path[STORAGE_PATH_SIZE];
	char name[STORAGE_SERIAL_SIZE]; /* serial, or label */
	bool by_label;
	bool read_only;
	bool create;
	bool absent_skip;
};

struct storage_conf {
	struct storage_disk disk[STORAGE_DISKS];
	unsigned int disks;
	uint32_t wait_ms;    /* for them to appear */
	uint32_t timeout_ms; /* for all of it; 0: see storage_limit_ms() */
};

/* As struct conf_key wants it; @into is a struct storage_conf */
const char *storage_add_disk(void *into, const char *value);

/*
 * storage_wrong() - do its values go together?
 * Return: NULL: they do; else what is wrong with its timeout, static
 */
#ifdef CONFIG_GUEST_STORAGE
const char *storage_wrong(const struct storage_conf *c);

#define STORAGE_KEYS(start)                                                    \
	{ "storage",	 "disk",	  CONF_CALL,                           \
	  .at = (start), .repeats = true, .add = storage_add_disk },           \
		{ "storage", "wait", CONF_MS,                                  \
		  .at = (start) + offsetof(struct storage_conf, wait_ms),      \
		  .max = 600000 },                                             \
		{ "storage",                                                   \
		  "timeout",                                                   \
		  CONF_MS,                                                     \
		  .at = (start) + offsetof(struct storage_conf, timeout_ms),   \
		  .min = 1,                                                    \
		  .max = 86400000 },
#else
static inline const char *storage_wrong(const struct storage_conf *c)
{
	(void)c;
	return NULL;
}

#define STORAGE_KEYS(start)
#endif

#endif
