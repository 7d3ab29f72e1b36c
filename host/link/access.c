// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/access.c - who may ask a shim for what
 */
#include "host/link/access.h"

#include <sys/socket.h>

enum { GROUPS = 1024 };

enum access access_judge(const struct access_rule *rule, uid_t uid,
			 const gid_t *groups, size_t count)
{
	if (uid == 0 || uid == rule->owner)
		return ACCESS_ALL;
	for (size_t i = 0; rule->has_group && i < count; i++)
		if (groups[i] == rule->group)
			return ACCESS_ALL;
	return rule->others_read ? ACCESS_READ : ACCESS_NONE;
}

enum access access_of(const struct access_rule *rule, int fd)
{
	gid_t groups[GROUPS + 1];
	socklen_t size = GROUPS * sizeof(groups[0]);
	struct ucred peer;
	socklen_t len = sizeof(peer);
	size_t count;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return ACCESS_NONE;
	/* One in more groups than that is known by its own alone. */
	if (!rule->has_group ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
		size = 0;
	count = size / sizeof(groups[0]);
	groups[count++] = peer.gid;
	return access_judge(rule, peer.uid, groups, count);
}
