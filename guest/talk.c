// SPDX-License-Identifier: Apache-2.0
/*
 * guest/talk.c - PID 1: the agent's port, as the loop sees it
 *
 * Theory of operation: virtio_console wakes whoever polls the port each time
 * the host has taken something from it, so that every heartbeat would wake PID
 * 1 twice. It says SIGIO only when something has come, or the host has come or
 * gone: that is what PID 1 hears it by, and by epoll only while output waits
 * for room. Where SIGIO cannot be had, epoll does it all: edges, so that a port
 * without a host does not wake PID 1 for ever.
 * Whoever does not read to the end comes back by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "guest/boot/clock.h"
#include "guest/init.h"

enum { PORT_READS = 16 }; /* at a time; then the others have their turn */

static const uint32_t port_events = EPOLLIN | EPOLLOUT | EPOLLET;

/* Return: 0; -errno: PID 1 would never hear of it, and it is closed */
static int watch_port(struct init *in)
{
	const int fd = in->port.fd;

	in->port_room = false;
	in->port_signals = fcntl(fd, F_SETOWN, getpid()) == 0 &&
			   fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) == 0;
	if (!in->port_signals)
		return init_watch(in, FD_PORT, fd, port_events);
	in->fd[FD_PORT] = fd;
	in->port_news = true; /* what came before */
	return 0;
}

void init_open_port(struct init *in)
{
	in->port_due = SESSION_NEVER;
	if (port_open(&in->port) == 0) {
		if (watch_port(in) == 0) {
			init_reached(in, BOOT_PORT);
			return;
		}
		port_lost(&in->port);
	}
	in->port_due = clock_ms() + in->port.retry_ms;
}

static void take_frames(struct init *in)
{
	struct frame f;
	struct msg m;

	while (wire_next(&in->port.in, &f)) {
		struct session_event ev = { .kind = SEV_MSG, .msg = &m };

		if (msg_parse(&f, &m) < 0)
			ev = (struct session_event){ .kind = SEV_DROPPED,
						     .count = 1 };
		in->heard = &m;
		init_feed_event(in, ev);
		in->heard = NULL;
	}
}

static void read_port(struct init *in)
{
	struct epoll_event again = { .events = port_events,
				     .data.u32 = FD_PORT };
	uint64_t dropped = in->port.in.dropped;
	int r = 1;

	for (int i = 0; i < PORT_READS && r > 0; i++) {
		r = port_read(&in->port);
		if (r > 0)
			take_frames(in);
	}
	dropped = in->port.in.dropped - dropped;
	if (dropped)
		init_feed_event(in, (struct session_event){
					    .kind = SEV_DROPPED,
					    .count = (uint32_t)dropped });
	if (r > 0 && in->port_signals)
		in->port_news = true;
	else if (r > 0)
		epoll_ctl(in->epfd, EPOLL_CTL_MOD, in->fd[FD_PORT], &again);
	if (r == -ENODEV) {
		init_unwatch(in, FD_PORT);
		port_lost(&in->port);
		init_feed(in, SEV_UNLINKED);
		in->port_due = clock_ms() + in->port.retry_ms;
	}
}

static void link_changed(struct init *in, enum port_change change)
{
	if (change != PORT_SAME)
		init_feed(in,
			  change == PORT_LINKED ? SEV_LINKED : SEV_UNLINKED);
}

void init_port_room(struct init *in)
{
	struct epoll_event ev = { .events = EPOLLOUT | EPOLLET,
				  .data.u32 = FD_PORT };
	bool wanted = in->port_signals && in->port.out_len;

	if (in->fd[FD_PORT] < 0 || wanted == in->port_room)
		return;
	if (epoll_ctl(in->epfd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
		      in->fd[FD_PORT], &ev) == 0)
		in->port_room = wanted;
}

void init_port_news(struct init *in)
{
	struct pollfd p = { .fd = in->fd[FD_PORT], .events = POLLIN | POLLOUT };

	in->port_news = false;
	if (p.fd < 0)
		return;
	if (poll(&p, 1, 0) < 0)
		p.revents = p.events; /* nobody can tell: neither waits */
	init_on_port(in, FD_PORT, (uint32_t)p.revents);
}

void init_on_port(struct init *in, uint32_t kind, uint32_t events)
{
	(void)kind;
	link_changed(in, port_changed(&in->port, events & EPOLLHUP));
	if (events & EPOLLOUT)
		port_flush(&in->port);
	read_port(in);
	init_port_room(in);
}
