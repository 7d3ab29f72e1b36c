// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/share.c - who else gets through to the shim's sockets
 *
 * Theory of operation: the directory may only be passed through, never listed;
 * in it each file that is to be reached has a mode of its own, and all others
 * none for anybody else. To connect to a socket is to write to it.
 */
#include "host/config/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/array.h"
#include "host/config/appliance.h"
#include "host/config/place.h"

struct shared {
	const char *name; /* "": the directory */
	mode_t owner, group, others;
};

static int share_one(const struct runtime *rt, const struct shared *s,
		     const struct control_conf *c)
{
	const char *path = s->name[0] ? s->name : ".";
	mode_t mode = s->owner | (c->has_group ? s->group : 0) |
		      (c->others == OTHERS_READ ? s->others : 0);

	if (c->has_group && fchownat(rt->dir_fd, path, (uid_t)-1, c->group,
				     AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return fchmodat(rt->dir_fd, path, mode, 0) < 0 ? -errno : 0;
}

int runtime_share(const struct runtime *rt, const struct control_conf *control,
		  char *error)
{
	const struct shared shared[] = {
		{ place_name(RUNTIME_CONTROL), 0600, 0060, 0006 },
		{ place_name(RUNTIME_CONSOLE), 0600, 0060, 0 },
		{ "lock", 0600, 0040, 0 },
		{ "", 0700, 0010, 0001 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(shared); i++) {
		int r = share_one(rt, &shared[i], control);

		if (r == -EPERM)
			return sentence(error, r,
					"%s: it cannot be given to the group "
					"of [control]: run it as a member of "
					"that group, or as root",
					rt->dir);
		if (r < 0)
			return sentence(error, r, "%s/%s: %s", rt->dir,
					shared[i].name, strerror(-r));
	}
	return 0;
}
