// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/host.c - how much memory host and cgroup have, a process holds
 */
#include "host/memory/host.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "host/config/text.h"

/* What follows @key at the beginning of a line. */
static const char *line_of(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	while (at && at != text && at[-1] != '\n')
		at = strstr(at + 1, key);
	return at ? at + strlen(key) : NULL;
}

/* "MemTotal:       16384 kB" */
static bool kib_of(const char *text, const char *key, uint64_t *bytes)
{
	const char *at = line_of(text, key);
	uint64_t kib;

	if (!at || sscanf(at, ": %" SCNu64 " kB", &kib) != 1)
		return false;
	*bytes = kib * 1024;
	return true;
}

int host_room(const char *root, struct domain *host)
{
	char path[PATH_MAX], text[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/proc/meminfo", root);
	n = text_head(path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	*host = (struct domain){ .name = "the host" };
	if (!kib_of(text, "MemTotal", &host->total) ||
	    !kib_of(text, "MemAvailable", &host->room))
		return -EBADMSG;
	host->reserve = admission_reserve(host->total);
	return 0;
}

static ssize_t read_of(const char *dir, const char *name, char *text,
		       size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return text_head(path, text, size);
}

/* A file of one number. */
static int number_of(const char *dir, const char *name, uint64_t *v)
{
	char text[32];
	ssize_t n = read_of(dir, name, text, sizeof(text));

	if (n < 0)
		return (int)n;
	return sscanf(text, "%" SCNu64, v) == 1 ? 0 : -EBADMSG;
}

int host_group_limit(const char *dir, uint64_t *limit)
{
	char text[32];
	ssize_t n = read_of(dir, "memory.max", text, sizeof(text));

	if (n < 0)
		return (int)n;
	*limit = UINT64_MAX;
	if (strcmp(text, "max\n") == 0)
		return 0;
	return sscanf(text, "%" SCNu64, limit) == 1 ? 0 : -EBADMSG;
}

/* What a kernel does not tell is taken for nothing. */
static uint64_t reclaimable(const char *stat)
{
	static const char *const keys[] = { "inactive_file ", "active_file ",
					    "slab_reclaimable " };
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *at = line_of(stat, keys[i]);
		uint64_t bytes;

		if (at && sscanf(at, "%" SCNu64, &bytes) == 1)
			sum += bytes;
	}
	return sum;
}

int host_group_room(const char *dir, struct domain *group)
{
	char text[4096];
	uint64_t used;
	ssize_t n;
	int r = host_group_limit(dir, &group->total);

	group->room = UINT64_MAX;
	group->reclaimable = group->reserve = 0;
	if (r < 0 || group->total == UINT64_MAX)
		return r;
	r = number_of(dir, "memory.current", &used);
	if (r < 0)
		return r;
	n = read_of(dir, "memory.stat", text, sizeof(text));
	if (n < 0)
		return (int)n;
	group->room = group->total > used ? group->total - used : 0;
	group->reclaimable = reclaimable(text);
	group->reserve = admission_reserve_below(group->total);
	return 0;
}

uint64_t host_resident(void *ctx, pid_t pid)
{
	char path[PATH_MAX], text[128];
	uint64_t pages;

	snprintf(path, sizeof(path), "%s/proc/%d/statm", (const char *)ctx,
		 (int)pid);
	if (text_head(path, text, sizeof(text)) <= 0 ||
	    sscanf(text, "%*u %" SCNu64, &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
