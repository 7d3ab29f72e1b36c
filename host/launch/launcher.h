/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/launcher.h - the small process that may what the shim may not
 *
 * Theory of operation: the shim hears what guests and QEMU say, so it should
 * be able to do little; but each start of QEMU needs the right to become
 * another user. So before the shim gives its rights up it forks a launcher,
 * which keeps CAP_SETUID, CAP_SETGID and what QEMU is to have, and does one
 * thing: start a program as the one user that was settled then. QEMU is born
 * as the shim's child (CLONE_PARENT), not the launcher's, and everything that
 * it gets are descriptors. The launcher ends when the shim's end of its socket
 * is closed, however that came.
 *
 * Where the user does not change there is no launcher: the shim starts QEMU.
 */
#ifndef HOST_LAUNCH_LAUNCHER_H
#define HOST_LAUNCH_LAUNCHER_H

#include "host/launch/identity.h"
#include "host/launch/spawn.h"

struct launcher {
	struct identity who;
	pid_t pid; /* 0: none, the caller starts programs itself */
	int fd;	   /* -1 */
};

/*
 * launcher_start() - fork it, if it is needed
 *
 * Before threads, and before any right is given up.
 * @l:		the caller's until launcher_stop()
 * @who:	copied
 * Return: 0; else -errno
 */
int launcher_start(struct launcher *l, const struct identity *who);

/*
 * launcher_spawn() - spawn_program() as @l->who; blocks until exec
 * @l:		NULL: as whoever we are, with all our rights
 * Return: as spawn_program(); -EPIPE: the launcher has gone, or does not
 *	answer as one
 */
int launcher_spawn(const struct launcher *l, const struct spawn *s,
		   struct spawned *ret);

/* launcher_inherit() - one that the program before this one has started */
void launcher_inherit(struct launcher *l, const struct identity *who, int fd,
		      pid_t pid);

/* launcher_stop() - it ends, and is reaped; takes one that never began */
void launcher_stop(struct launcher *l);

#endif
