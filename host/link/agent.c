// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/agent.c - the host's end of the agent port
 */
#include "host/link/agent.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/loop.h"

/* More than virtqueue and socket can hold (facts: 221 KiB were seen). */
enum { DRAIN_BYTES = 4 << 20 };

struct agent {
	struct loop *loop;
	agent_fn *fn;
	void *ctx;
	int fd;
	int slot;
	uint32_t seq;
	uint64_t refused; /* messages; bytes are counted by the reader */
	struct wire_reader reader;
};

static void detach(struct agent *a)
{
	loop_remove(a->loop, a->slot);
	a->slot = -1;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

/* Return: bytes read; 0: nothing now, or never again */
static size_t read_some(struct agent *a)
{
	struct frame f;
	struct msg m;
	size_t room;
	uint8_t *at = wire_room(&a->reader, &room);
	ssize_t n = recv(a->fd, at, room, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		detach(a); /* QEMU has ended; its pidfd says so */
	if (n <= 0)
		return 0;
	wire_filled(&a->reader, (size_t)n);
	while (wire_next(&a->reader, &f)) {
		if (f.type < MSG_ASK && msg_parse(&f, &m) == 0)
			a->fn(a->ctx, &m);
		else
			a->refused++;
	}
	return (size_t)n;
}

static void on_socket(void *ctx, uint32_t events)
{
	(void)events;
	read_some(ctx);
}

int agent_open(struct agent **ret, struct loop *loop, agent_fn *fn, void *ctx)
{
	struct agent *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->loop = loop;
	a->fn = fn;
	a->ctx = ctx;
	a->fd = -1;
	a->slot = -1;
	*ret = a;
	return 0;
}

int agent_attach(struct agent *a, int fd)
{
	detach(a);
	wire_reset(&a->reader);
	a->seq = 0;
	if (fd < 0)
		return 0;
	a->fd = fd;
	a->slot = loop_add(a->loop, fd, EPOLLIN, on_socket, a);
	if (a->slot < 0) {
		int r = a->slot;

		detach(a);
		return r;
	}
	return 0;
}

int agent_send(struct agent *a, struct msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	ssize_t sent;
	size_t n;

	if (a->fd < 0)
		return -ENOTCONN;
	m->seq = ++a->seq;
	n = msg_write(m, buf);
	if (n == 0)
		return -EINVAL;
	sent = send(a->fd, buf, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	return sent == (ssize_t)n ? 0 : sent < 0 ? -errno : -EAGAIN;
}

void agent_drain(struct agent *a)
{
	size_t total = 0, n;

	do {
		n = a->fd >= 0 ? read_some(a) : 0;
		total += n;
	} while (n && total < DRAIN_BYTES);
}

uint64_t agent_dropped(const struct agent *a)
{
	return a->refused + a->reader.dropped;
}

void agent_close(struct agent *a)
{
	if (!a)
		return;
	detach(a);
	free(a);
}
