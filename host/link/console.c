// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/console.c - the guest's console, for whoever wants to look
 *
 * Theory of operation: what the guest writes is one endless stream, of which
 * the ring (host/link/ring.c) holds the last 64 KiB. A client is a position in
 * that stream: it starts where the ring starts, so the backlog comes first, and
 * one that falls out of the ring goes on at its start. No client has a buffer,
 * and none can hold up another. What clients write goes straight to QEMU, and
 * what QEMU does not take is lost.
 */
#include "host/link/console.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/array.h"

#include "host/clock.h"
#include "host/link/listener.h"
#include "host/link/ring.h"
#include "host/loop.h"

enum { CLIENTS = 4, CHUNK = 4096 };

struct viewer {
	struct console *console;
	int fd; /* -1: free */
	int slot;
	uint64_t at; /* what of the stream it has not got yet */
};

struct console {
	struct loop *loop;
	struct listener listener;
	int qemu_fd, qemu_slot; /* -1: no generation */
	struct viewer viewer[CLIENTS];
	struct ring ring;
};

static void viewer_close(struct viewer *v)
{
	loop_remove(v->console->loop, v->slot);
	close(v->fd);
	v->fd = -1;
	listener_look(&v->console->listener);
}

static void viewer_send(struct viewer *v)
{
	struct console *c = v->console;

	if (v->at < ring_start(&c->ring))
		v->at = ring_start(&c->ring);
	while (v->at < c->ring.end) {
		const char *piece;
		size_t len = ring_piece(&c->ring, v->at, &piece);
		ssize_t n =
			send(v->fd, piece, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0) /* full; or gone, which its handler sees */
			break;
		v->at += (size_t)n;
	}
	(void)loop_change(c->loop, v->slot,
			  EPOLLIN | (v->at < c->ring.end ? EPOLLOUT : 0U));
}

static void on_viewer(void *ctx, uint32_t events)
{
	struct viewer *v = ctx;
	struct console *c = v->console;
	char typed[CHUNK];
	ssize_t n = recv(v->fd, typed, sizeof(typed), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		viewer_close(v);
		return;
	}
	if (n > 0 && c->qemu_fd >= 0)
		(void)!send(c->qemu_fd, typed, (size_t)n,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (events & EPOLLOUT)
		viewer_send(v);
}

static void on_arrival(void *ctx, int fd)
{
	struct console *c = ctx;

	for (int i = 0; i < CLIENTS; i++) {
		struct viewer *v = &c->viewer[i];

		if (v->fd >= 0)
			continue;
		v->slot = loop_add(c->loop, fd, EPOLLIN, on_viewer, v);
		if (v->slot < 0)
			break;
		v->fd = fd;
		v->at = ring_start(&c->ring);
		viewer_send(v);
		return;
	}
	(void)!send(fd, CONSOLE_FULL, strlen(CONSOLE_FULL),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

/* Return: false: there is nothing more to come now */
static bool read_qemu(struct console *c, bool *gone)
{
	char chunk[CHUNK];
	ssize_t n = recv(c->qemu_fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	if (n <= 0) {
		*gone = n == 0 || (errno != EAGAIN && errno != EINTR);
		return false;
	}
	ring_put(&c->ring, chunk, (size_t)n, clock_real_us());
	for (int i = 0; i < CLIENTS; i++)
		if (c->viewer[i].fd >= 0)
			viewer_send(&c->viewer[i]);
	return true;
}

static void drop_qemu(struct console *c)
{
	loop_remove(c->loop, c->qemu_slot);
	close(c->qemu_fd);
	c->qemu_fd = c->qemu_slot = -1;
}

static void on_qemu(void *ctx, uint32_t events)
{
	struct console *c = ctx;
	bool gone = false;

	(void)events;
	read_qemu(c, &gone); /* once: a chatty guest must not keep the loop */
	if (gone)
		drop_qemu(c);
}

int console_open(struct console **ret, struct loop *loop, int listen_fd)
{
	struct console *c = calloc(1, sizeof(*c));
	int r;

	if (!c) {
		close(listen_fd);
		return -ENOMEM;
	}
	c->loop = loop;
	c->qemu_fd = c->qemu_slot = -1;
	for (int i = 0; i < CLIENTS; i++)
		c->viewer[i] = (struct viewer){ .console = c, .fd = -1 };
	r = listener_open(&c->listener, loop, listen_fd, on_arrival, c);
	if (r < 0)
		console_close(c);
	else
		*ret = c;
	return r;
}

int console_attach(struct console *c, int qemu_fd)
{
	console_detach(c);
	c->qemu_slot = loop_add(c->loop, qemu_fd, EPOLLIN, on_qemu, c);
	if (c->qemu_slot < 0) {
		close(qemu_fd);
		return c->qemu_slot;
	}
	c->qemu_fd = qemu_fd;
	return 0;
}

void console_drain(struct console *c)
{
	bool gone = false;

	/* Bounded: a generation that is ending, but still writes, is left. */
	for (int i = 0; c->qemu_fd >= 0 && i < RING_BYTES / CHUNK; i++)
		if (!read_qemu(c, &gone))
			break;
}

void console_detach(struct console *c)
{
	console_drain(c);
	if (c->qemu_fd >= 0)
		drop_qemu(c);
}

const struct ring *console_ring(const struct console *c)
{
	return &c->ring;
}

/* Of another ring, another program could make nothing. */
static const uint32_t kept_as[] = { RING_BYTES, RING_LINES,
				    sizeof(struct ring) };

int console_keep(struct console *c)
{
	int r, fd = memfd_create("console", MFD_CLOEXEC);

	console_drain(c);
	if (fd >= 0 && write(fd, kept_as, sizeof(kept_as)) == sizeof(kept_as) &&
	    write(fd, &c->ring, sizeof(c->ring)) == sizeof(c->ring))
		return fd;
	r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

void console_recall(struct console *c, int fd)
{
	uint32_t as[ARRAY_SIZE(kept_as)];

	if (pread(fd, as, sizeof(as), 0) == sizeof(as) &&
	    memcmp(as, kept_as, sizeof(as)) == 0 &&
	    pread(fd, &c->ring, sizeof(c->ring), sizeof(as)) != sizeof(c->ring))
		memset(&c->ring, 0, sizeof(c->ring));
	close(fd);
}

int console_socket(const struct console *c)
{
	return c->listener.fd;
}

void console_close(struct console *c)
{
	if (!c)
		return;
	console_detach(c);
	for (int i = 0; i < CLIENTS; i++)
		if (c->viewer[i].fd >= 0)
			viewer_close(&c->viewer[i]);
	listener_close(&c->listener);
	free(c);
}
