/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/port/find.h - which virtio port is the agent's?
 */
#ifndef GUEST_PORT_FIND_H
#define GUEST_PORT_FIND_H

enum { PORT_DEVICE_MAX = 32 };

/*
 * port_find() - look through /sys/class/virtio-ports for a name
 * @root:	"" but in tests
 * @name:	what the port is called on the host's side
 * @device:	its name under /dev, as in "vport0p1"
 * Return: 0; -ENOENT: not there (yet: a name appears after its port does)
 */
int port_find(const char *root, const char *name,
	      char device[static PORT_DEVICE_MAX]);

#endif
