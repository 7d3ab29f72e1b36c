/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/behalf.h - root does something for the user whose appliance it is
 *
 * Theory of operation: root may look at, and end, what is another user's, such
 * as the service's; but a file that root has made in that user's directories
 * would be in his way afterwards. So what is done to files is done with the
 * directory's owner as effective user, between behalf_enter() and
 * behalf_leave(); all else as root.
 *
 * Root's supplementary groups are given up at the first time, for good: a link
 * in those directories must not lead to what they are for. Root does without.
 */
#ifndef HOST_LAUNCH_BEHALF_H
#define HOST_LAUNCH_BEHALF_H

#include <stdbool.h>
#include <sys/types.h>

struct behalf {
	bool is; /* else everything is done as whoever we are */
	uid_t uid;
	gid_t gid;
};

/*
 * behalf_find() - whose is the runtime directory of @name?
 *
 * Where it is another user's, and we are root, root's places are kept as
 * REPRISE_RUNTIME_DIR and REPRISE_STATE_DIR, for they hang on who asks.
 * Return: 0; -EINVAL: the environment does not say where it is (@error)
 */
int behalf_find(struct behalf *b, const char *name, char *error);

/* behalf_enter() - Return: 0; else -errno: user and group are as before */
int behalf_enter(const struct behalf *b);

void behalf_leave(const struct behalf *b);

#endif
