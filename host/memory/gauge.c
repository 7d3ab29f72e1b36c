// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/gauge.c - how much memory a generation holds, also when it ends
 *
 * Sources: Linux Documentation/admin-guide/cgroup-v2.rst (memory.stat: file
 * has shmem in it), cgroup-v1/memory.rst (cache likewise), proc(5).
 */
#include "host/memory/gauge.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"

#include "host/cgroup/cgroup.h"
#include "host/memory/host.h"

enum { NUMBERS = 128, STAT = 4096 };

static const struct {
	const char *word;
	const char *file;  /* of the group */
	const char *cache; /* of its memory.stat */
} kinds[] = {
	[GAUGE_CLOSED] = { .word = "none" },
	[GAUGE_CGROUP] = { "cgroup", "memory.current", "file" },
	[GAUGE_CGROUP_V1] = { "cgroup v1", "memory.usage_in_bytes", "cache" },
	[GAUGE_PROCESS] = { .word = "process" },
	[GAUGE_HOST] = { .word = "MemAvailable" },
};
static_assert(ARRAY_SIZE(kinds) == GAUGE_KINDS, "one row per kind");

static int open_group(struct gauge *g, enum gauge_kind kind,
		      const struct cgroup_leaf *leaf)
{
	if (leaf->fd < 0)
		return -ENOENT;
	g->held_fd = openat(leaf->fd, kinds[kind].file, O_RDONLY | O_CLOEXEC);
	if (g->held_fd < 0)
		return -errno;
	g->stat_fd = openat(leaf->fd, "memory.stat", O_RDONLY | O_CLOEXEC);
	g->kind = kind;
	return 0;
}

static int open_process(struct gauge *g, pid_t pid)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/proc/%d/statm", g->host, (int)pid);
	g->held_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (g->held_fd < 0)
		return -errno;
	g->kind = GAUGE_PROCESS;
	return 0;
}

int gauge_open(struct gauge *g, const struct cgroup_leaf *leaf,
	       const struct cgroup_leaf *leaf_v1, pid_t pid, const char *host)
{
	*g = (struct gauge){ .held_fd = -1, .stat_fd = -1, .host = host };
	if (open_group(g, GAUGE_CGROUP, leaf) == 0 ||
	    open_group(g, GAUGE_CGROUP_V1, leaf_v1) == 0)
		return 0;
	return open_process(g, pid);
}

static int read_again(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	return 0;
}

/* "file 1234" on a line of its own. Return: 0: there is none */
static uint64_t value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	while (text && (strncmp(text, key, n) != 0 || text[n] != ' ')) {
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return text ? strtoull(text + n, NULL, 10) : 0;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Return: bytes that are not the guest's; 0 where that is not known */
static uint64_t page_cache(const struct gauge *g)
{
	char text[STAT];

	if (g->stat_fd < 0 || read_again(g->stat_fd, text, sizeof(text)) < 0)
		return 0;
	return less(value_of(text, kinds[g->kind].cache),
		    value_of(text, "shmem"));
}

static int read_group(const struct gauge *g, uint64_t *held)
{
	char text[NUMBERS];
	int r = read_again(g->held_fd, text, sizeof(text));

	if (r < 0)
		return r;
	*held = less(strtoull(text, NULL, 10), page_cache(g));
	return 0;
}

/* Return: resident bytes; 0: it gives them up, or has gone */
static uint64_t resident(const struct gauge *g)
{
	uint64_t pages = 0;
	char text[NUMBERS];

	if (read_again(g->held_fd, text, sizeof(text)) < 0 ||
	    sscanf(text, "%*u %" SCNu64, &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int read_process(struct gauge *g, uint64_t *held)
{
	uint64_t now = resident(g);
	struct domain host;
	int r;

	if (!now && !g->held)
		return -ENODATA;
	r = host_room(g->host, &host);
	if (r < 0)
		return r;
	if (now) {
		g->held = now;
		g->available = host.room;
	}
	g->kind = now ? GAUGE_PROCESS : GAUGE_HOST;
	*held = less(g->held, less(host.room, g->available));
	return 0;
}

int gauge_read(struct gauge *g, uint64_t *held)
{
	switch (g->kind) {
	case GAUGE_CGROUP:
	case GAUGE_CGROUP_V1:
		return read_group(g, held);
	case GAUGE_PROCESS:
	case GAUGE_HOST:
		return read_process(g, held);
	case GAUGE_CLOSED:
	case GAUGE_KINDS:
		break;
	}
	return -ENODATA;
}

const char *gauge_word(const struct gauge *g)
{
	return kinds[g->kind].word;
}

void gauge_close(struct gauge *g)
{
	if (g->kind != GAUGE_CLOSED)
		close(g->held_fd);
	if (g->kind != GAUGE_CLOSED && g->stat_fd >= 0)
		close(g->stat_fd);
	*g = (struct gauge){ .held_fd = -1, .stat_fd = -1 };
}
