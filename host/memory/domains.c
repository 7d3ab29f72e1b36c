// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/domains.c - the places whose memory a generation will take
 */
#include "host/memory/domains.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/utf8.h"
#include "host/memory/host.h"
#include "host/sentence.h"

/* @path of @len bytes: has it a controller, and if @limited a limit? */
static bool counts(const char *path, bool limited, uint64_t *id)
{
	uint64_t limit;
	struct stat st;

	if (host_group_limit(path, &limit) < 0 || stat(path, &st) < 0)
		return false;
	*id = st.st_ino;
	return !limited || limit != UINT64_MAX;
}

/* From the innermost group up to the mount, which is one, too, in a container.
 * Return: false: there are more than there is room for */
static bool climb(struct domains *d, bool limited)
{
	char path[CGROUP_PATH];
	size_t len = strlen(d->dir);
	uint64_t id;

	memcpy(path, d->dir, len + 1);
	d->groups = 0;
	for (;;) {
		if (counts(path, limited, &id)) {
			if (d->groups == DOMAINS_GROUPS)
				return false;
			d->group[d->groups].id = id;
			d->group[d->groups++].len = len;
		}
		if (len <= d->mount)
			return true;
		while (len > d->mount && path[--len] != '/')
			;
		path[len] = '\0';
	}
}

void domains_find(struct domains *d, const char *mount, const char *dir)
{
	snprintf(d->dir, sizeof(d->dir), "%s", dir);
	d->mount = strlen(mount);
	if (!climb(d, false))
		climb(d, true);
}

/* The end of a path that is too long says more than its beginning. */
static void name_group(const char *path, char name[static ADMISSION_NAME])
{
	static const char what[] = "the cgroup ";
	const size_t room = ADMISSION_NAME - sizeof(what);
	size_t n = strlen(path);

	if (n > room)
		snprintf(name, ADMISSION_NAME, "%s...%s", what,
			 path + n - room + 3);
	else
		snprintf(name, ADMISSION_NAME, "%s%s", what, n ? path : "/");
	utf8_mend(name); /* it becomes part of JSON */
}

static int group_room(const struct domains *d, size_t i, struct domain *group,
		      char *error)
{
	char path[CGROUP_PATH];
	int r;

	memcpy(path, d->dir, d->group[i].len);
	path[d->group[i].len] = '\0';
	name_group(path + d->mount, group->name);
	r = host_group_room(path, group);
	return r < 0 ? sentence(error, r,
				"%s: how much memory this cgroup has cannot "
				"be read: %s",
				path, strerror(-r))
		     : 0;
}

int domains_room(void *ctx, const struct domains *d,
		 struct domain domain[static ADMISSION_DOMAINS], char *error)
{
	int r = host_room(ctx, &domain[0]);

	if (r < 0)
		return sentence(error, r,
				"/proc/meminfo: how much memory this host has "
				"cannot be read: %s",
				strerror(-r));
	if (d->reserve)
		domain[0].reserve = d->reserve;
	for (size_t i = 0; r == 0 && i < d->groups; i++)
		r = group_room(d, i, &domain[i + 1], error);
	return r;
}
