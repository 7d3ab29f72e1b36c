// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/identity.c - who QEMU is, and what it may
 */
#include "host/launch/identity.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/launch/rights.h"

static bool may_change(void)
{
	uint64_t need = RIGHT(CAP_SETUID) | RIGHT(CAP_SETGID);

	return (rights_now() & need) == need;
}

static int take_entry(struct identity *who, const struct passwd *p, char *error)
{
	who->group_count = IDENTITY_GROUPS;
	if (getgrouplist(p->pw_name, p->pw_gid, who->groups,
			 &who->group_count) < 0)
		return sentence(error, -E2BIG,
				"user %s: in more than %d groups: write "
				"user = NAME of one with fewer in [appliance]",
				p->pw_name, IDENTITY_GROUPS);
	snprintf(who->name, sizeof(who->name), "%s", p->pw_name);
	who->uid = p->pw_uid;
	who->gid = p->pw_gid;
	who->change = true;
	return 0;
}

static void stay(struct identity *who)
{
	const struct passwd *p = getpwuid(geteuid());

	if (p)
		snprintf(who->name, sizeof(who->name), "%s", p->pw_name);
	else
		snprintf(who->name, sizeof(who->name), "%u",
			 (unsigned int)geteuid());
}

static int find_named(struct identity *who, const char *user, char *error)
{
	const struct passwd *p = getpwnam(user);

	if (!p)
		return sentence(error, -ENOENT,
				"user = %s: this machine has no such user: "
				"make it, or write the name of one",
				user);
	if (p->pw_uid == geteuid()) {
		stay(who);
		return 0;
	}
	if (!may_change())
		return sentence(error, -EPERM,
				"user = %s: only root, or who has CAP_SETUID "
				"and CAP_SETGID, can run QEMU as another user: "
				"leave user out, or run reprise as root",
				user);
	return take_entry(who, p, error);
}

int identity_find(struct identity *who, const char *user, uint64_t rights,
		  char *error)
{
	const struct passwd *p;

	*who = (struct identity){ .rights = rights };
	if (user[0])
		return find_named(who, user, error);
	p = may_change() ? getpwnam(IDENTITY_DEFAULT) : NULL;
	if (p)
		return take_entry(who, p, error);
	stay(who);
	return 0;
}

/* Without PR_SET_KEEPCAPS a change from user 0 would clear every right. */
static int change_user(const struct identity *who)
{
	if (setgroups((size_t)who->group_count, who->groups) < 0 ||
	    setresgid(who->gid, who->gid, who->gid) < 0 ||
	    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
	    setresuid(who->uid, who->uid, who->uid) < 0)
		return -errno;
	return 0;
}

int identity_take(const struct identity *who)
{
	int r = who->change ? change_user(who) : 0;

	return r < 0 ? r : rights_hand_on(who->rights);
}

int identity_may(const struct identity *who, const char *path, int mode)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int r = identity_take(who);

		_exit(r < 0 ? -r : access(path, mode) < 0 ? errno : 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}
