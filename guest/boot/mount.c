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

/*
 * In order: a later one may lie below an earlier one. No pointers: each costs a
 * relocation, three times its size.
 */
static const struct {
	char path[16], type[10], options[24];
	unsigned int flags;
	bool optional; /* the kernel may be built without it */
} mounts[] = {
	{ "/dev", "devtmpfs", "mode=0755", MS_NOSUID | MS_NOEXEC, false },
	{ "/proc", "proc", "", DATA_ONLY, false },
	{ "/sys", "sysfs", "", DATA_ONLY, false },
	{ "/run", "tmpfs", "mode=0755,size=25%", DATA_ONLY, false },
	{ "/tmp", "tmpfs", "mode=1777,size=25%", MS_NOSUID | MS_NODEV, false },
	{ "/dev/pts", "devpts", "mode=0620,ptmxmode=0666",
	  MS_NOSUID | MS_NOEXEC, true },
	{ "/sys/fs/cgroup", "cgroup2", "", DATA_ONLY, true },
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
