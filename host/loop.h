/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/loop.h - the shim's one epoll loop
 */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

#include <stdbool.h>
#include <stdint.h>

enum { LOOP_SLOTS = 64 };

/* @events: of epoll (EPOLLIN, ...). May add and remove slots, its own too. */
typedef void loop_fn(void *ctx, uint32_t events);

struct loop {
	int epfd;
	bool stop;
	struct loop_slot {
		loop_fn *fn; /* NULL: the slot is free */
		void *ctx;
		int fd; /* borrowed */
		uint32_t
			reuse; /* counts the slot's users: tells stale events */
	} slot[LOOP_SLOTS];
};

/* loop_init() - an empty loop. Return: 0; else -errno */
int loop_init(struct loop *l);

/* loop_close() - end of the loop; the descriptors in it stay open */
void loop_close(struct loop *l);

/*
 * loop_add() - call @fn when @fd has one of @events
 * @fd:		borrowed until loop_remove(); non-blocking
 * Return: the slot, >= 0; -ENFILE: all slots are taken; else -errno
 */
int loop_add(struct loop *l, int fd, uint32_t events, loop_fn *fn, void *ctx);

/* loop_change() - wait for other events. Return: 0; else -errno */
int loop_change(struct loop *l, int slot, uint32_t events);

/*
 * loop_remove() - forget a slot; -1 is taken and does nothing
 *
 * Call it before the descriptor is closed. An event of it that epoll has
 * already reported is not delivered.
 */
void loop_remove(struct loop *l, int slot);

/* loop_run() - deliver events until loop_stop(). Return: 0; else -errno */
int loop_run(struct loop *l);

/* loop_stop() - loop_run() returns after the handler that runs now; the next
 * one at once, if none runs */
void loop_stop(struct loop *l);

#endif
