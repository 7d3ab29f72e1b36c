// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/space.c - a place with so much memory and no more
 *
 * Source: Linux Documentation/admin-guide/cgroup-v1/memory.rst.
 */
#include "tests/integration/space.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool put(const char *dir, const char *file, uint64_t value)
{
	char path[3 * CGROUP_PATH], text[24];
	int n = snprintf(text, sizeof(text), "%" PRIu64, value);
	int fd;
	bool done;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = write(fd, text, (size_t)n) == n;
	close(fd);
	return done;
}

/* What follows @key, or begins the file. */
static uint64_t number(const struct space *s, const char *file, const char *key)
{
	char path[3 * CGROUP_PATH], text[4096];
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", s->dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	at = strstr(text, key);
	assert_non_null(at);
	return strtoull(at + strlen(key), NULL, 10);
}

bool space_open(struct space *s, uint64_t limit)
{
	char error[SENTENCE_MAX];
	struct cgroup c;

	memset(s, 0, sizeof(*s));
	if (cgroup_find_memory_v1(&c, "", error) < 0)
		return false;
	memcpy(s->outside, c.own, sizeof(s->outside));
	snprintf(s->dir, sizeof(s->dir), "%s/space-XXXXXX", c.own);
	if (!mkdtemp(s->dir)) {
		s->dir[0] = '\0';
		return false;
	}
	return put(s->dir, "memory.limit_in_bytes", limit);
}

void space_enter(const struct space *s)
{
	assert_true(put(s->dir, "cgroup.procs", (uint64_t)getpid()));
}

void space_leave(const struct space *s)
{
	assert_true(put(s->outside, "cgroup.procs", (uint64_t)getpid()));
}

void space_take(const struct space *s, pid_t pid)
{
	assert_true(put(s->dir, "cgroup.procs", (uint64_t)pid));
}

uint64_t space_used(const struct space *s)
{
	return number(s, "memory.usage_in_bytes", "");
}

void space_narrow(const struct space *s, uint64_t more)
{
	assert_true(put(s->dir, "memory.limit_in_bytes", space_used(s) + more));
}

uint64_t space_peak(const struct space *s)
{
	return number(s, "memory.max_usage_in_bytes", "");
}

uint64_t space_hits(const struct space *s)
{
	return number(s, "memory.failcnt", "");
}

uint64_t space_kills(const struct space *s)
{
	return number(s, "memory.oom_control", "\noom_kill ");
}

/* Leaves of shims that were killed are in it yet. */
void space_close(struct space *s)
{
	const struct dirent *d;
	DIR *dir;

	if (!s->dir[0])
		return;
	put(s->outside, "cgroup.procs", (uint64_t)getpid());
	dir = opendir(s->dir);
	while (dir && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			unlinkat(dirfd(dir), d->d_name, AT_REMOVEDIR);
	if (dir)
		closedir(dir);
	if (rmdir(s->dir) < 0)
		print_error("%s: left behind\n", s->dir);
	s->dir[0] = '\0';
}
