/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/running_record.h - what a shim writes down for the one after it
 *
 * Theory of operation: one file, DIR/record, written in place by one pwrite()
 * whenever it changes: eight hex digits (CRC-32C of the rest), a blank, a JSON
 * object, a newline. In place, because on a full disk a new file could not be
 * written, and the old one would go on telling what is no longer true. What
 * cannot be written is emptied instead.
 *
 * No file is the truth: a reader has to compare `qemu` and `helpers` with what
 * lives, and one that is missing, cut, garbage or of another format is as good
 * as none. A member that an older shim does not know is passed over by it, and
 * missing where it wrote. Names stand for enumerations, so that a newer shim may
 * number them anew.
 *
 *	{"format": 1, "qemu": {"pid", "start"},
 *	 "helpers": [{"pid", "start", "qemu", "generation"}],
 *	 "image": {"name", "version", "id"}, "log": {"from", "heard"},
 *	 "started_us",
 *	 "memory": {"need", "donated", "again"},
 *	 "life": {"state", "generation", "boot", "epoch", "stage", ...}}
 */
#ifndef HOST_CONFIG_RUNNING_RECORD_H
#define HOST_CONFIG_RUNNING_RECORD_H

#include "host/config/image.h"
#include "host/core/adopt.h"
#include "host/core/need.h"
#include "host/qemu/orphan.h"

struct record {
	struct orphan_hint known; /* its QEMU, all zero: none; helpers */
	char image[64];		  /* name of what it booted */
	char version[32];
	char id[IMAGE_ID_SIZE]; /* of its manifest */
	/* offsets in qemu.log, -1: not known */
	int64_t log_from;    /* where its words begin */
	int64_t log_heard;   /* behind which those are that matter still */
	struct stake stake;  /* all zero: not known */
	uint64_t started_us; /* the first shim of this run; 0: not known */
	struct lc_saved life;
};

/*
 * record_open() - the file, for record_write()
 * Return: a CLOEXEC descriptor; else -errno: nothing will be kept
 */
int record_open(int dir_fd);

/*
 * record_write()
 * Return: 0; -ENOMEM; else -errno: the file was emptied, if it could
 */
int record_write(int fd, const struct record *r);

/*
 * record_read() - of the directory @dir_fd
 * Return: 0; -ENOENT; -EBADMSG: not one of ours, or cut; else -errno; @r is
 *	all zero then
 */
int record_read(int dir_fd, struct record *r);

/* record_remove() */
void record_remove(int dir_fd);

#endif
