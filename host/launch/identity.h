/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/identity.h - who QEMU is, and what it may
 *
 * Theory of operation: QEMU, which runs what a guest makes of it, should be
 * neither root nor whoever runs the shim. The user is changed before exec:
 * QEMU's own -runas leaves its teardown helper root, or is killed by its
 * sandbox (docs/facts.md 10.5). Whoever may not change it runs QEMU as himself.
 */
#ifndef HOST_LAUNCH_IDENTITY_H
#define HOST_LAUNCH_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/sentence.h"

enum { IDENTITY_NAME = 64, IDENTITY_GROUPS = 32 };

/* Who it is when the appliance file does not say, if this machine has him. */
#define IDENTITY_DEFAULT "reprise-qemu"

struct identity {
	char name[IDENTITY_NAME];
	bool change; /* false: uid and what follows are not used */
	uid_t uid;
	gid_t gid;
	gid_t groups[IDENTITY_GROUPS];
	int group_count;
	uint64_t rights; /* what QEMU keeps (host/launch/rights.h) */
};

/*
 * identity_find() - who is to run QEMU
 * @user:	a name of /etc/passwd; "": IDENTITY_DEFAULT where there is one
 *		and we may be it, else whoever we are
 * @rights:	what QEMU needs; it gets of it what we have
 * Return: 0; -ENOENT: no such user; -EPERM: we may not become it; -E2BIG: it
 *	is in more than IDENTITY_GROUPS groups; @error has the sentence
 */
int identity_find(struct identity *who, const char *user, uint64_t rights,
		  char *error);

/*
 * identity_take() - become it, for good, in the process that will be QEMU
 * Return: 0; else -errno
 */
int identity_take(const struct identity *who);

/*
 * identity_may() - may it open @path with @mode (R_OK and so on of access())?
 * Return: 0; else -errno
 */
int identity_may(const struct identity *who, const char *path, int mode);

#endif
