// SPDX-License-Identifier: Apache-2.0
/*
 * guest/power/quiet.c - let nothing be written any more
 */
#include "guest/power/quiet.h"

#include <sys/mount.h>
#include <unistd.h>

#include "guest/file/file.h"
#include "guest/power/mountinfo.h"

static const char mounts[] = "/proc/self/mountinfo";

static int unmount(void *ctx, char *line)
{
	unsigned int *done = ctx;
	struct mount_line m;

	if (mountinfo_parse(line, &m) == 0 && m.block &&
	    umount2(m.path, UMOUNT_NOFOLLOW) == 0)
		++*done;
	return 0;
}

static int make_read_only(void *ctx, char *line)
{
	struct mount_line m;

	(void)ctx;
	if (mountinfo_parse(line, &m) == 0 && m.block && m.writable)
		mount(NULL, m.path, NULL, MS_REMOUNT | MS_RDONLY, NULL);
	return 0;
}

static void make_quiet(void)
{
	unsigned int done;

	sync();
	do { /* a mount that lies on another goes first, in any order */
		done = 0;
		file_lines(mounts, unmount, &done);
	} while (done);
	file_lines(mounts, make_read_only, NULL);
	sync();
}

static int stop_at_once(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return 1;
}

pid_t quiet_start(void)
{
	pid_t pid;

	if (dir_each("/sys/block", stop_at_once, NULL) == 0)
		return 0; /* not one disk: nothing that could be written to */
	pid = _Fork();
	if (pid > 0)
		return pid;
	make_quiet();
	if (pid == 0)
		_exit(0);
	return 0;
}
