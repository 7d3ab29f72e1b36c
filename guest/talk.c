// SPDX-License-Identifier: Apache-2.0
/*
 * guest/talk.c - PID 1: the agent's port, as the loop sees it
 *
 * Theory of operation: edges are reported once, so that a port without a host
 * does not wake PID 1 for ever; whoever does not read to the end asks for the
 * edge anew.
 */
#include <errno.h>
#include <sys/epoll.h>

#include "guest/boot/clock.h"
#include "guest/init.h"

enum { PORT_READS = 16 }; /* at a time; then the others have their turn */

void init_open_port(struct init *in)
{
	in->port_due = SESSION_NEVER;
	if (port_open(&in->port) == 0) {
		if (init_watch(in, FD_PORT, in->port.fd,
			       EPOLLIN | EPOLLOUT | EPOLLET) == 0) {
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
	struct epoll_event again = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
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
	if (r > 0)
		epoll_ctl(in->epfd, EPOLL_CTL_MOD, in->fd[FD_PORT], &again);
	if (r == -ENODEV) {
		init_unwatch(in, FD_PORT);
		port_lost(&in->port);
		in->port_due = clock_ms() + in->port.retry_ms;
	}
}

void init_on_port(struct init *in, uint32_t kind, uint32_t events)
{
	(void)kind;
	if (port_changed(&in->port, events & EPOLLHUP))
		init_feed(in, SEV_LINKED);
	if (events & EPOLLOUT)
		port_flush(&in->port);
	read_port(in);
}
