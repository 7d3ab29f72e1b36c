/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/payload/box.h - become what the payload may be
 */
#ifndef GUEST_PAYLOAD_BOX_H
#define GUEST_PAYLOAD_BOX_H

#include "guest/config/box_conf.h"

/* What can go wrong before execve(2), and that itself. */
enum box_part {
	BOX_CGROUP,
	BOX_DESCRIPTORS,
	BOX_RLIMITS,
	BOX_ROOT,
	BOX_USER,
	BOX_CAPABILITIES,
	BOX_DIRECTORY,
	BOX_EXECUTE,
	BOX_PARTS,
};

/*
 * box_enter() - in the child: limits, root, user, capabilities, directory
 * @part:	set to what failed
 * Return: 0; errno
 */
int box_enter(const struct box_conf *box, enum box_part *part);

/* box_part_name() - "user" and so on, for a sentence */
const char *box_part_name(unsigned int part);

#endif
