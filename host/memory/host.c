// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/host.c - how much memory the host has, and a process holds
 */
#include "host/memory/host.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/config/text.h"

/* "MemTotal:       16384 kB" at the beginning of a line. */
static bool line_of(const char *text, const char *key, uint64_t *bytes)
{
	const char *at = strstr(text, key);
	uint64_t kib;

	if (!at || (at != text && at[-1] != '\n') ||
	    sscanf(at + strlen(key), ": %" SCNu64 " kB", &kib) != 1)
		return false;
	*bytes = kib * 1024;
	return true;
}

int host_room(void *ctx, struct domain *host)
{
	char path[PATH_MAX], text[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/proc/meminfo", (const char *)ctx);
	n = text_head(path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	*host = (struct domain){ .name = "the host" };
	if (!line_of(text, "MemTotal", &host->total) ||
	    !line_of(text, "MemAvailable", &host->room))
		return -EBADMSG;
	host->reserve = admission_reserve(host->total);
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
