// SPDX-License-Identifier: Apache-2.0
/*
 * guest/port/find.c - which virtio port is the agent's?
 *
 * /dev/virtio-ports/NAME is made by udev, which is not here: the kernel's own
 * word for it is /sys/class/virtio-ports/vportXpY/name, one line.
 */
#include "guest/port/find.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/file/file.h"

struct search {
	const char *folder, *name;
	char *device;
};

static int visit(void *ctx, const char *entry)
{
	struct search *s = ctx;
	char path[160], name[64];

	if (strlen(entry) >= PORT_DEVICE_MAX)
		return 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s/name", s->folder,
			     entry) >= sizeof(path))
		return 0;
	if (file_read(path, name, sizeof(name)) <= 0)
		return 0;
	name[strcspn(name, "\n")] = '\0';
	if (strcmp(name, s->name) != 0)
		return 0;
	memcpy(s->device, entry, strlen(entry) + 1);
	return 1;
}

int port_find(const char *root, const char *name,
	      char device[static PORT_DEVICE_MAX])
{
	char folder[128];
	struct search s = { folder, name, device };

	if ((size_t)snprintf(folder, sizeof(folder), "%s%s", root,
			     "/sys/class/virtio-ports") >= sizeof(folder))
		return -ENAMETOOLONG;
	return dir_each(folder, visit, &s) == 1 ? 0 : -ENOENT;
}
