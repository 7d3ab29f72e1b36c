// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/behalf.c - root does something for the user whose appliance it is
 */
#include "host/launch/behalf.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/config/place.h"

int behalf_find(struct behalf *b, const char *name, char *error)
{
	char root[PLACE_SIZE], state[PLACE_SIZE], dir[PATH_MAX];
	struct stat st;
	int r;

	*b = (struct behalf){ .is = false };
	if (geteuid() != 0)
		return 0;
	r = place_root(root, error);
	if (r == 0)
		r = place_state(state, error);
	if (r < 0)
		return r;
	snprintf(dir, sizeof(dir), "%s/%.63s", root, name);
	if (lstat(dir, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid == 0)
		return 0;
	*b = (struct behalf){ .is = true, .uid = st.st_uid, .gid = st.st_gid };
	if (setenv("REPRISE_RUNTIME_DIR", root, 1) < 0 ||
	    setenv("REPRISE_STATE_DIR", state, 1) < 0)
		return sentence(error, -ENOMEM, "%s: out of memory", dir);
	return 0;
}

int behalf_enter(const struct behalf *b)
{
	int r = 0;

	if (!b->is)
		return 0;
	if (setgroups(0, NULL) < 0 || setegid(b->gid) < 0 ||
	    seteuid(b->uid) < 0)
		r = -errno;
	if (r < 0)
		behalf_leave(b);
	return r;
}

/* It cannot fail: seteuid(2) leaves the real user, root, as it is. */
void behalf_leave(const struct behalf *b)
{
	if (b->is && (seteuid(0) < 0 || setegid(getgid()) < 0))
		abort();
}
