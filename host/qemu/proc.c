// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/proc.c - what /proc says of a process
 */
#include "host/qemu/proc.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/config/text.h"

ssize_t proc_read(pid_t pid, const char *file, char *buf, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return text_head(path, buf, size);
}

struct stat_line {
	char state;
	int parent;
	unsigned long long start;
};

/* The name in parentheses may hold anything, also parentheses. */
static bool read_stat(pid_t pid, struct stat_line *l)
{
	char text[1024];
	const char *after;

	if (proc_read(pid, "stat", text, sizeof(text)) < 0)
		return false;
	after = strrchr(text, ')');
	return after &&
	       sscanf(after + 1,
		      " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
		      "%*d %*d %*d %*d %*d %llu",
		      &l->state, &l->parent, &l->start) == 3;
}

uint64_t proc_start(pid_t pid)
{
	struct stat_line l;

	if (!read_stat(pid, &l) || l.state == 'X' ||
	    (l.state == 'Z' && l.parent != getpid()))
		return 0;
	return l.start;
}

pid_t proc_parent(pid_t pid)
{
	struct stat_line l;

	return read_stat(pid, &l) ? (pid_t)l.parent : 0;
}

const char *proc_argument(const char *cmdline, size_t len, const char *option,
			  unsigned int nth)
{
	const char *end = cmdline + len;
	bool next = false;

	for (const char *at = cmdline; at < end; at += strlen(at) + 1) {
		if (next && nth-- == 0)
			return at;
		next = !next && strcmp(at, option) == 0;
	}
	return NULL;
}

/* A link's target that was removed bears this; so might an honest name. */
static bool names(const char *target, const char *path)
{
	size_t n = strlen(path);

	return strncmp(target, path, n) == 0 &&
	       (!target[n] || strcmp(target + n, " (deleted)") == 0);
}

enum proc_holds proc_holds(pid_t pid, const char *path)
{
	enum proc_holds found = PROC_HOLDS_NOT;
	const struct dirent *d;
	char dir[64];
	DIR *fds;

	snprintf(dir, sizeof(dir), "/proc/%d/fd", (int)pid);
	fds = opendir(dir);
	if (!fds)
		return errno == EACCES || errno == EPERM ? PROC_HOLDS_UNKNOWN
							 : PROC_HOLDS_NOT;
	while (found != PROC_HOLDS && (d = readdir(fds)) != NULL) {
		char target[PATH_MAX];
		ssize_t n = readlinkat(dirfd(fds), d->d_name, target,
				       sizeof(target) - 1);

		if (n < 0)
			continue;
		target[n] = '\0';
		if (names(target, path))
			found = PROC_HOLDS;
	}
	closedir(fds);
	return found;
}

void proc_each(bool (*each)(void *ctx, pid_t pid), void *ctx)
{
	const struct dirent *d;
	DIR *all = opendir("/proc");
	bool enough = false;

	if (!all)
		return;
	while (!enough && (d = readdir(all)) != NULL) {
		char *end;
		long pid = strtol(d->d_name, &end, 10);

		if (pid > 0 && !*end)
			enough = each(ctx, (pid_t)pid);
	}
	closedir(all);
}
