/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/port/port.h - the agent's port: bytes to and from the host
 */
#ifndef GUEST_PORT_PORT_H
#define GUEST_PORT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"

enum {
	PORT_QUEUE = 4096, /* bytes that wait for a slow host */
	PORT_RETRY_MAX_MS = 1000,
};

enum port_change { PORT_SAME, PORT_LINKED, PORT_UNLINKED };

struct port {
	int fd;		   /* -1 while there is no port */
	bool linked;	   /* a host is behind it, as far as is known */
	uint32_t retry_ms; /* until the next port_open() */
	struct wire_reader in;
	uint8_t out[PORT_QUEUE];
	size_t out_len;
	uint32_t lost; /* frames, to this host */
};

/* port_init() - no port yet */
void port_init(struct port *p);

/*
 * port_open() - find and open the port; non-blocking
 * Return: 0: p->fd is there; -errno: try again after p->retry_ms, which
 *	doubles from 1 to PORT_RETRY_MAX_MS
 */
int port_open(struct port *p);

/* port_lost() - the port is gone, and p->fd closed by the caller */
void port_lost(struct port *p);

/*
 * port_changed() - what poll said of the port, by EPOLLHUP or its absence
 *
 * Without a host both directions are forgotten: they belong to nobody.
 * Return: has a host come or gone, since this was asked last?
 */
enum port_change port_changed(struct port *p, bool hangup);

/*
 * port_read() - have p->in filled once
 * Return: bytes, > 0; 0: no more now; -ENODEV: the port is gone
 */
int port_read(struct port *p);

/*
 * port_send() - one frame, now or when the host has room
 * Return: 0; -ENOBUFS: the queue is full, the frame is lost as a whole;
 *	-ENOTCONN: there is no host
 */
int port_send(struct port *p, const uint8_t *frame, size_t len);

/* port_flush() - write what waits, as far as the host has room */
void port_flush(struct port *p);

#endif
