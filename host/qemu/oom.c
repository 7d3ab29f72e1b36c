// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/oom.c - was it the kernel that killed QEMU, for want of memory?
 *
 * The log's clock is local_clock(), which CLOCK_MONOTONIC follows closely, not
 * exactly; a second of tolerance cannot hide a pid that was used twice.
 */
#include "host/qemu/oom.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"

#include "host/config/text.h"

enum { TOLERANCE_US = 1000000, RECORD_MAX = 8192, GROUPS_MAX = 4096 };

/* A line "ID:CONTROLLERS:PATH" of /proc/PID/cgroup, and the file below PATH. */
static const struct {
	const char *controllers, *mount, *file;
} places[] = {
	{ "", "/sys/fs/cgroup", "memory.events" },
	{ "", "/sys/fs/cgroup/unified", "memory.events" },
	{ "memory", "/sys/fs/cgroup/memory", "memory.oom_control" },
};

/* Return: the length of the path in @groups; 0: no such hierarchy */
static size_t find_group(const char *groups, const char *controllers,
			 const char **path)
{
	size_t n = strlen(controllers);

	while (*groups) {
		const char *at = strchr(groups, ':');
		const char *end = strchrnul(groups, '\n');

		if (at && at < end && strncmp(at + 1, controllers, n) == 0 &&
		    at[1 + n] == ':') {
			*path = at + 2 + n;
			return (size_t)(end - *path);
		}
		groups = *end ? end + 1 : end;
	}
	return 0;
}

bool oom_counter_path(const char *groups, unsigned int n,
		      char path[static PATH_MAX])
{
	const char *group;
	size_t len;

	path[0] = '\0';
	if (n >= ARRAY_SIZE(places))
		return false;
	len = find_group(groups, places[n].controllers, &group);
	if (len && len < PATH_MAX / 2)
		snprintf(path, PATH_MAX, "%s%.*s/%s", places[n].mount, (int)len,
			 group, places[n].file);
	return true;
}

bool oom_counter_outer(unsigned int n, char path[static PATH_MAX])
{
	const char *top = path + strlen(places[n].mount);
	char *group;

	*strrchr(path, '/') = '\0';
	group = strrchr(path, '/');
	if (group < top)
		return false;
	snprintf(group, (size_t)(path + PATH_MAX - group), "/%s",
		 places[n].file);
	return true;
}

uint64_t oom_count(const char *text)
{
	static const char key[] = "oom_kill ";
	const char *at = text;

	while ((at = strstr(at, key)) != NULL) {
		if (at == text || at[-1] == '\n')
			return strtoull(at + sizeof(key) - 1, NULL, 10);
		at++;
	}
	return 0;
}

void oom_watch(struct oom_watch *w, pid_t pid, uint64_t now_us)
{
	char path[PATH_MAX], groups[GROUPS_MAX], text[512];

	*w = (struct oom_watch){ .pid = pid, .since_us = now_us };
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	if (text_head(path, groups, sizeof(groups)) < 0)
		return;
	for (unsigned int i = 0; oom_counter_path(groups, i, path); i++)
		for (bool is = path[0]; is; is = oom_counter_outer(i, path)) {
			if (text_head(path, text, sizeof(text)) < 0)
				continue;
			memcpy(w->counter, path, sizeof(path));
			w->kills = oom_count(text);
			return;
		}
}

bool oom_log_names(const char *record, pid_t pid, uint64_t since_us)
{
	const char *text = strchr(record, ';');
	char qemu[48], helper[32];
	uint64_t at_us;

	snprintf(qemu, sizeof(qemu), "Killed process %d ", (int)pid);
	snprintf(helper, sizeof(helper), " (cleanup/%d)", (int)pid);
	return text && strstr(text, "Killed process ") &&
	       (strstr(text, qemu) || strstr(text, helper)) &&
	       sscanf(record, "%*u,%*u,%" SCNu64, &at_us) == 1 &&
	       at_us + TOLERANCE_US >= since_us;
}

/* One read is one record; EPIPE says that older ones were overwritten. */
static bool kernel_log_names(const struct oom_watch *w)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[RECORD_MAX];
	bool found = false;
	ssize_t n = 0;

	if (fd < 0)
		return false;
	while (!found) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno != EPIPE)
			break;
		record[n > 0 ? n : 0] = '\0';
		found = oom_log_names(record, w->pid, w->since_us);
	}
	close(fd);
	return found;
}

enum oom oom_found(const struct oom_watch *w)
{
	char text[512];

	if (kernel_log_names(w))
		return OOM_LOG;
	if (w->counter[0] && text_head(w->counter, text, sizeof(text)) > 0 &&
	    oom_count(text) > w->kills)
		return OOM_CGROUP;
	return OOM_NONE;
}
