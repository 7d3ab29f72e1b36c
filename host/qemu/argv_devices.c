// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/argv_devices.c - QEMU's command line (pure): what the guest gets
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "host/qemu/argv_impl.h"

enum { FORWARD_TEXT = 64 };

static void user_network(const struct line *l)
{
	char text[FORWARD_TEXT * (APPLIANCE_FORWARDS + 1)] = "user,id=net";
	size_t n = strlen(text);

	for (uint32_t i = 0; i < l->a->forwards; i++) {
		const struct forward *f = &l->a->forward[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      ",hostfwd=tcp:%s:%u-:%u", f->address,
				      f->port, f->guest);
	}
	argv_option(l->out, "-netdev", text);
}

static void tap_network(const struct line *l)
{
	char vhost[48] = "";

	if (l->fds->vhost >= 0)
		snprintf(vhost, sizeof(vhost), ",vhost=on,vhostfd=%d",
			 l->fds->vhost);
	argv_add(l->out, "-netdev");
	argv_add(l->out, "tap,id=net,fd=%d%s", l->fds->tap, vhost);
}

static void network(const struct line *l)
{
	const struct appliance *a = l->a;
	char properties[64];

	if (a->network == NETWORK_NONE)
		return;
	if (a->network == NETWORK_TAP)
		tap_network(l);
	else
		user_network(l);
	snprintf(properties, sizeof(properties), ",netdev=net%s%s%s",
		 a->mac[0] ? ",mac=" : "", a->mac, l->board->nic);
	argv_virtio(l, "net", properties);
}

enum { DISK_SETS = 10 }; /* beside the one of the QMP log */

static void disk(const struct line *l, uint32_t i)
{
	const struct disk *d = &l->a->disk[i];
	unsigned int set = DISK_SETS + i;
	char properties[64];

	argv_add(l->out, "-add-fd");
	argv_add(l->out, "fd=%d,set=%u", l->fds->disk[i], set);
	argv_add(l->out, "-blockdev");
	argv_add(l->out,
		 "driver=raw,node-name=disk%u,read-only=%s,"
		 "cache.direct=%s,cache.no-flush=%s,"
		 "file.driver=%s,file.filename=/dev/fdset/%u",
		 i, d->read_only ? "on" : "off",
		 d->cache == CACHE_NONE ? "on" : "off",
		 d->cache == CACHE_UNSAFE ? "on" : "off",
		 d->device ? "host_device" : "file", set);
	snprintf(properties, sizeof(properties), ",drive=disk%u,serial=%s", i,
		 d->serial);
	argv_virtio(l, "blk", properties);
}

void argv_devices(const struct line *l)
{
	network(l);
	for (uint32_t i = 0; i < l->a->disks; i++)
		disk(l, i);
	argv_virtio(l, "rng", "");
	if (l->board->panic)
		argv_option(l->out, "-device", l->board->panic);
	if (l->a->watchdog && l->board->watchdog)
		argv_option(l->out, "-device", l->board->watchdog);
}
