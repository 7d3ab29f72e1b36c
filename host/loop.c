// SPDX-License-Identifier: Apache-2.0
/*
 * host/loop.c - the shim's one epoll loop
 *
 * Theory of operation: epoll's data holds a slot's number and how often that
 * slot has been given out. One epoll_wait() may report several descriptors,
 * and the handler of the first may close the second and open a third in its
 * slot: the count tells that the second's event is nobody's any more.
 */
#include "host/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 16 };

int loop_init(struct loop *l)
{
	*l = (struct loop){ .epfd = epoll_create1(EPOLL_CLOEXEC) };
	return l->epfd < 0 ? -errno : 0;
}

void loop_close(struct loop *l)
{
	close(l->epfd);
	l->epfd = -1;
}

static int control(struct loop *l, int op, int slot, uint32_t events)
{
	struct loop_slot *s = &l->slot[slot];
	struct epoll_event ev = {
		.events = events,
		.data.u64 = (uint64_t)s->reuse << 32 | (uint32_t)slot,
	};

	return epoll_ctl(l->epfd, op, s->fd, &ev) < 0 ? -errno : 0;
}

int loop_add(struct loop *l, int fd, uint32_t events, loop_fn *fn, void *ctx)
{
	int slot = 0, r;

	while (slot < LOOP_SLOTS && l->slot[slot].fn)
		slot++;
	if (slot == LOOP_SLOTS)
		return -ENFILE;
	l->slot[slot] = (struct loop_slot){
		.fn = fn,
		.ctx = ctx,
		.fd = fd,
		.reuse = l->slot[slot].reuse + 1,
	};
	r = control(l, EPOLL_CTL_ADD, slot, events);
	if (r < 0)
		l->slot[slot].fn = NULL;
	return r < 0 ? r : slot;
}

int loop_change(struct loop *l, int slot, uint32_t events)
{
	return control(l, EPOLL_CTL_MOD, slot, events);
}

void loop_remove(struct loop *l, int slot)
{
	if (slot < 0 || !l->slot[slot].fn)
		return;
	(void)control(l, EPOLL_CTL_DEL, slot, 0);
	l->slot[slot].fn = NULL;
}

static void deliver(struct loop *l, const struct epoll_event *ev)
{
	struct loop_slot *s = &l->slot[(uint32_t)ev->data.u64];

	if (s->fn && s->reuse == ev->data.u64 >> 32)
		s->fn(s->ctx, ev->events);
}

int loop_run(struct loop *l)
{
	struct epoll_event ev[BATCH];

	while (!l->stop) {
		int n = epoll_wait(l->epfd, ev, BATCH, -1);

		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && !l->stop; i++)
			deliver(l, &ev[i]);
	}
	l->stop = false;
	return 0;
}

void loop_stop(struct loop *l)
{
	l->stop = true;
}
