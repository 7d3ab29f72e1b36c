// SPDX-License-Identifier: Apache-2.0
/*
 * guest/payload/cgroup.c - the payload's own control group (v2)
 *
 * Theory of operation: it is made once, while it is empty, so that no write
 * here waits for anybody. The child is born in it by clone3(2): to move a
 * process costs an RCU grace period. The controllers are a matter of what the
 * kernel has; only a limit that the image asks for has to be there.
 *
 * That it is empty is not asked: all processes are PID 1's children, or
 * theirs, so that ECHILD says more than "populated 0" could.
 */
#include "guest/payload/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/sys.h"

#define ROOT "/sys/fs/cgroup"
#define GROUP "/payload"

static int write_at(int folder, const char *name, const char *text)
{
	int fd = openat(folder, name, O_WRONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int set_limit(int group, const char *name, uint64_t limit)
{
	char text[24];

	if (!limit)
		return 0;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)limit);
	return write_at(group, name, text);
}

static int set_limits(int group, const struct box_conf *box)
{
	int r = set_limit(group, "memory.max", box->memory_max);

	return r ? r : set_limit(group, "pids.max", box->pids_max);
}

int cgroup_open(const struct box_conf *box)
{
	static const char control[] = ROOT "/cgroup.subtree_control";
	int fd, r;

	write_at(AT_FDCWD, control, "+memory"); /* else no oom_kill, below */
	if (box->pids_max)
		write_at(AT_FDCWD, control, "+pids");
	if (mkdir(ROOT GROUP, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = open(ROOT GROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = set_limits(fd, box);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

pid_t cgroup_fork(int cgroup, int *error)
{
	pid_t pid = -1;

	*error = 0;
	if (cgroup >= 0)
		pid = sys_clone_into(cgroup);
	if (pid >= 0)
		return pid;
	pid = _Fork(); /* no clone3(2) here, or no cgroup: move it */
	if (pid == 0 && cgroup >= 0)
		*error = -write_at(cgroup, "cgroup.procs", "0");
	return pid < 0 ? -errno : pid;
}

int cgroup_kill(int cgroup)
{
	return write_at(cgroup, "cgroup.kill", "1");
}

uint64_t cgroup_oom_kills(int cgroup)
{
	static const char key[] = "\noom_kill "; /* never the first line */
	int fd = openat(cgroup, "memory.events", O_RDONLY | O_CLOEXEC);
	char text[256];
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	uint64_t kills = 0;
	const char *line = text, *rest;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	while ((line = strchr(line, '\n')) &&
	       strncmp(line, key, sizeof(key) - 1) != 0)
		line++;
	if (line)
		conf_digits(line + sizeof(key) - 1, &rest, &kills);
	return kills;
}
