// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/listener.c - a socket of the shim's at which clients arrive
 */
#include "host/link/listener.h"

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/loop.h"

static void set_full(struct listener *l, bool full)
{
	if (l->full == full)
		return;
	l->full = full;
	(void)loop_change(l->loop, l->slot, EPOLLIN | (full ? EPOLLET : 0U));
}

static void on_arrival(void *ctx, uint32_t events)
{
	struct listener *l = ctx;
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	set_full(l, fd < 0);
	if (fd >= 0)
		l->come(l->ctx, fd);
}

int listener_open(struct listener *l, struct loop *loop, int fd,
		  listener_fn *come, void *ctx)
{
	*l = (struct listener){
		.loop = loop, .fd = fd, .come = come, .ctx = ctx
	};
	l->slot = loop_add(loop, fd, EPOLLIN, on_arrival, l);
	return l->slot < 0 ? l->slot : 0;
}

void listener_look(struct listener *l)
{
	set_full(l, false);
}

void listener_close(struct listener *l)
{
	loop_remove(l->loop, l->slot);
	close(l->fd);
	l->fd = l->slot = -1;
}
