// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/group.c - a control group (v2) for PID 1 on the stand
 *
 * Each stand has its own, which becomes the root of what PID 1 sees of
 * cgroup2: stands beside each other would else share one "/payload".
 */
#include "tests/sweep/group.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where cgroup2 is mounted. Return: false: nowhere */
static bool find_mount(char mount[static GROUP_PATH])
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[1024];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, " - cgroup2 ") &&
			sscanf(line, "%*s %*s %*s %*s %255s", mount) == 1;
	if (f)
		fclose(f);
	return found;
}

/* Our own group, below the mount. */
static bool find_own(char own[static GROUP_PATH])
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[1024];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "0::%255s", own) == 1;
	if (f)
		fclose(f);
	return found;
}

static bool join(const char *path, pid_t pid)
{
	char procs[GROUP_PATH + 16];
	bool ok;
	FILE *f;

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	f = fopen(procs, "we");
	if (!f)
		return false;
	ok = fprintf(f, "%d\n", (int)pid) > 0;
	return fclose(f) == 0 && ok;
}

void group_make(char path[static GROUP_PATH], pid_t pid)
{
	char mount[GROUP_PATH], own[GROUP_PATH];

	path[0] = '\0';
	if (!find_mount(mount) || !find_own(own))
		return;
	if (snprintf(path, GROUP_PATH, "%.100s%.100s/reprise-stand-%d", mount,
		     strcmp(own, "/") == 0 ? "" : own, (int)pid) < 0 ||
	    mkdir(path, 0755) < 0) {
		path[0] = '\0';
	} else if (!join(path, pid)) {
		rmdir(path);
		path[0] = '\0';
	}
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *at)
{
	(void)st;
	(void)at;
	if (type == FTW_DP)
		rmdir(path);
	return 0;
}

void group_remove(const char *path)
{
	if (path[0])
		nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
