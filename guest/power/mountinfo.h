/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/power/mountinfo.h - lines of /proc/self/mountinfo. Pure.
 */
#ifndef GUEST_POWER_MOUNTINFO_H
#define GUEST_POWER_MOUNTINFO_H

#include <stdbool.h>

struct mount_line {
	char *path;    /* into the line, unescaped */
	bool block;    /* of a block device */
	bool writable; /* the file system itself, whatever the mount says */
};

/*
 * mountinfo_parse() - one line
 * @line:	changed by this, without its newline
 * Return: 0; -EBADMSG: not a line of mountinfo
 */
int mountinfo_parse(char *line, struct mount_line *ret);

#endif
