// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/host.c - how much memory host and cgroup have, a process holds
 *
 * Theory of operation: every number is read anew, for it is old at once: of the
 * host from /proc/meminfo, of a cgroup from the files of its controller, which
 * are called otherwise in v1 and v2. Numbers only; who may start by them is for
 * host/core/admission to say.
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

/* Which of them a group has says which version its controller is of. */
static const struct group_files {
	char limit[24], used[24], sum[8]; /* before each key of memory.stat */
} versions[] = {
	{ "memory.max", "memory.current", "" },
	{ "memory.limit_in_bytes", "memory.usage_in_bytes", "total_" },
};

/* v1 has a number for "no limit", the most that it can count: LONG_MAX in whole
 * pages (Linux include/linux/page_counter.h). */
static int limit_of(const char *dir, const struct group_files *f,
		    uint64_t *limit)
{
	char text[32];
	ssize_t n = read_of(dir, f->limit, text, sizeof(text));

	if (n < 0)
		return (int)n;
	*limit = UINT64_MAX;
	if (strcmp(text, "max\n") == 0)
		return 0;
	if (sscanf(text, "%" SCNu64, limit) != 1)
		return -EBADMSG;
	if (*limit > INT64_MAX / 2)
		*limit = UINT64_MAX;
	return 0;
}

static int find_limit(const char *dir, uint64_t *limit,
		      const struct group_files **f)
{
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(versions) && r == -ENOENT; i++) {
		*f = &versions[i];
		r = limit_of(dir, *f, limit);
	}
	return r;
}

int host_group_limit(const char *dir, uint64_t *limit)
{
	const struct group_files *f;

	return find_limit(dir, limit, &f);
}

/* What a kernel does not tell is taken for nothing. */
static uint64_t reclaimable(const char *stat, const struct group_files *f)
{
	static const char keys[][24] = { "inactive_file ", "active_file ",
					 "slab_reclaimable " };
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char key[sizeof(f->sum) + sizeof(keys)];
		const char *at;
		uint64_t bytes;

		snprintf(key, sizeof(key), "%s%s", f->sum, keys[i]);
		at = line_of(stat, key);
		if (at && sscanf(at, "%" SCNu64, &bytes) == 1)
			sum += bytes;
	}
	return sum;
}

int host_group_room(const char *dir, struct domain *group)
{
	const struct group_files *f;
	char text[4096];
	uint64_t used;
	ssize_t n;
	int r = find_limit(dir, &group->total, &f);

	group->room = UINT64_MAX;
	group->reclaimable = group->reserve = 0;
	if (r < 0 || group->total == UINT64_MAX)
		return r;
	r = number_of(dir, f->used, &used);
	if (r < 0)
		return r;
	n = read_of(dir, "memory.stat", text, sizeof(text));
	if (n < 0)
		return (int)n;
	group->room = group->total > used ? group->total - used : 0;
	group->reclaimable = reclaimable(text, f);
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
