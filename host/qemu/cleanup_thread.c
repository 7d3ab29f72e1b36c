// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/cleanup_thread.c - the thread in which QEMU destroys a secure guest
 */
#include "host/qemu/cleanup_thread.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/qemu/busy.h"

/* Of proc(5)'s stat. Return: 0: not that name; else when it was started */
static uint64_t started(const char *stat)
{
	const char *rest = strstr(stat, " (async_cleanup) ");
	uint64_t at = 0;

	if (rest)
		sscanf(rest + sizeof(" (async_cleanup)"),
		       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u "
		       "%*d %*d %*d %*d %*d %*d %" SCNu64,
		       &at);
	return at;
}

static void look_at(int tasks, const char *tid, struct cleanup_sight *found,
		    uint64_t *youngest)
{
	char path[32], text[512];
	uint64_t at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%.10s/stat", tid);
	fd = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = started(text);
	if (!at || at < *youngest)
		return;
	*youngest = at;
	found->thread = atoi(tid);
	found->cpu_us = busy_read(text, sysconf(_SC_CLK_TCK));
}

struct cleanup_sight cleanup_thread_find(pid_t pid)
{
	struct cleanup_sight found = { 0 };
	const struct dirent *d;
	uint64_t youngest = 0;
	char path[32];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return found;
	while ((d = readdir(tasks)) != NULL)
		look_at(dirfd(tasks), d->d_name, &found, &youngest);
	closedir(tasks);
	return found;
}
