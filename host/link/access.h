/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/access.h - who may ask a shim for what
 *
 * By the credentials that the kernel attests of the other end of a socket:
 * root, the shim's own user, and the members of one group may do all; others
 * may look, if the appliance file says so.
 */
#ifndef HOST_LINK_ACCESS_H
#define HOST_LINK_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum access { ACCESS_NONE, ACCESS_READ, ACCESS_ALL };

struct access_rule {
	uid_t owner;
	bool has_group;
	gid_t group;
	bool others_read;
};

/* access_judge() - for a user and the groups that it is in */
enum access access_judge(const struct access_rule *rule, uid_t uid,
			 const gid_t *groups, size_t count);

/* access_of() - for the other end of @fd, as it was when it connected; if the
 * kernel does not tell: ACCESS_NONE */
enum access access_of(const struct access_rule *rule, int fd);

#endif
