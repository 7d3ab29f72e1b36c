/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/listener.h - a socket of the shim's at which clients arrive
 *
 * Theory of operation: one is let in each round. Where this process has no
 * descriptor left for who has come (EMFILE), he waits: epoll then tells of the
 * next arrival only, not for ever of this one, until one could be let in or
 * listener_look() says that a client has left. So nobody spins, and nobody who
 * is inside is disturbed.
 */
#ifndef HOST_LINK_LISTENER_H
#define HOST_LINK_LISTENER_H

#include <stdbool.h>

struct loop;

/* @fd: of who has come, the callee's; CLOEXEC and non-blocking */
typedef void listener_fn(void *ctx, int fd);

struct listener {
	struct loop *loop;
	int fd, slot;
	bool full; /* no descriptor was left: arrivals only */
	listener_fn *come;
	void *ctx;
};

/*
 * listener_open() - from now on @come is called for each
 * @l:		to be closed after a failure too
 * @fd:		listens, non-blocking; @l's until listener_close()
 * Return: 0; else -errno
 */
int listener_open(struct listener *l, struct loop *loop, int fd,
		  listener_fn *come, void *ctx);

/* listener_look() - a descriptor is free: is anybody waiting for one? */
void listener_look(struct listener *l);

/* listener_close() - nobody is let in any more; the descriptor is closed */
void listener_close(struct listener *l);

#endif
