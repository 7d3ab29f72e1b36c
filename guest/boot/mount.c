// SPDX-License-Identifier: Apache-2.0
/*
 * guest/boot/mount.c - the file systems every payload may expect
 */
#include "guest/boot/mount.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "common/array.h"
#include "guest/boot/console.h"

enum {
	DATA_ONLY = MS_NOSUID | MS_NODEV | MS_NOEXEC,
};

/* In order: a later one may lie below an earlier one. */
static const struct {
	const char *path, *type;
	unsigned long flags;
	const char *options;
	bool optional; /* the kernel may be built without it */
} mounts[] = {
	{ "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755", false },
	{ "/proc", "proc", DATA_ONLY, NULL, false },
	{ "/sys", "sysfs", DATA_ONLY, NULL, false },
	{ "/run", "tmpfs", DATA_ONLY, "mode=0755,size=25%", false },
	{ "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=25%", false },
	{ "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
	  "mode=0620,ptmxmode=0666", true },
	{ "/sys/fs/cgroup", "cgroup2", DATA_ONLY, NULL, true },
};

void mount_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].path, 0755); /* may well be there */
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type,
			  mounts[i].flags, mounts[i].options) == 0)
			continue;
		if (errno != EBUSY && !mounts[i].optional) /* EBUSY: is there */
			say("mount %s on %s: %s", mounts[i].type,
			    mounts[i].path, strerror(errno));
	}
}
