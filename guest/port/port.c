// SPDX-License-Identifier: Apache-2.0
/*
 * guest/port/port.c - the agent's port: bytes to and from the host
 *
 * Theory of operation: nothing here blocks. Output waits in a bounded queue;
 * a frame goes in whole or not at all, so that only a host that vanishes in
 * the middle of one can cut it. Quirks of virtio_console: read() gives 0, not
 * end of file, while no host is there; write() may give 0 when its ring is
 * full; poll says POLLIN and POLLHUP all the time while no host is there,
 * which is why the loop watches edges and not levels.
 */
#include "guest/port/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/port/find.h"

void port_init(struct port *p)
{
	p->fd = -1;
	p->linked = false;
	p->retry_ms = 0;
	p->in = (struct wire_reader){ .start = 0 };
	p->out_len = 0;
	p->lost = 0;
}

int port_open(struct port *p)
{
	char device[PORT_DEVICE_MAX], path[PORT_DEVICE_MAX + 8];
	int r = port_find("", "org.reprise.agent", device);

	if (r == 0) {
		snprintf(path, sizeof(path), "/dev/%s", device);
		p->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		r = p->fd < 0 ? -errno : 0;
	}
	if (r == 0)
		p->retry_ms = 0;
	else
		p->retry_ms = p->retry_ms ? 2 * p->retry_ms : 1;
	if (p->retry_ms > PORT_RETRY_MAX_MS)
		p->retry_ms = PORT_RETRY_MAX_MS;
	return r;
}

static void forget(struct port *p)
{
	p->linked = false;
	p->out_len = 0;
	p->lost = 0;
	wire_reset(&p->in);
}

void port_lost(struct port *p)
{
	p->fd = -1;
	p->retry_ms = PORT_RETRY_MAX_MS;
	forget(p);
}

enum port_change port_changed(struct port *p, bool hangup)
{
	bool before = p->linked;

	if (hangup)
		forget(p);
	p->linked = !hangup;
	if (p->linked == before)
		return PORT_SAME;
	return before ? PORT_UNLINKED : PORT_LINKED;
}

int port_read(struct port *p)
{
	size_t room;
	uint8_t *to = wire_room(&p->in, &room);
	ssize_t n = read(p->fd, to, room);

	if (n > 0)
		wire_filled(&p->in, (size_t)n);
	if (n < 0)
		return errno == ENODEV ? -ENODEV : 0;
	return (int)n;
}

void port_flush(struct port *p)
{
	ssize_t n = 1;

	while (p->out_len && n > 0) {
		n = write(p->fd, p->out, p->out_len);
		if (n <= 0)
			break;
		p->out_len -= (size_t)n;
		memmove(p->out, p->out + n, p->out_len);
	}
}

int port_send(struct port *p, const uint8_t *frame, size_t len)
{
	if (p->fd < 0 || !p->linked)
		return -ENOTCONN;
	if (len > sizeof(p->out) - p->out_len) {
		p->lost++;
		return -ENOBUFS;
	}
	memcpy(p->out + p->out_len, frame, len);
	p->out_len += len;
	port_flush(p);
	return 0;
}
