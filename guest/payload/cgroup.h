/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/payload/cgroup.h - the payload's own control group (v2)
 */
#ifndef GUEST_PAYLOAD_CGROUP_H
#define GUEST_PAYLOAD_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest/config/box_conf.h"

/*
 * cgroup_open() - make /sys/fs/cgroup/payload, with the limits of @box
 * Return: a descriptor of it; -errno: there is none, or not with the limits
 */
int cgroup_open(const struct box_conf *box);

/*
 * cgroup_fork() - fork(2), the child in the group
 * @cgroup:	-1: in the caller's
 * @error:	in the child: 0; errno: it is in the caller's, and may not go on
 * Return: as fork(2), but -errno
 */
pid_t cgroup_fork(int cgroup, int *error);

/* cgroup_kill() - SIGKILL to all in it. Return: 0; -errno */
int cgroup_kill(int cgroup);

/* cgroup_oom_kills() - how often the kernel killed in it for want of memory */
uint64_t cgroup_oom_kills(int cgroup);

#endif
