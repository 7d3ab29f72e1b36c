/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/control.h - the shim's Varlink service
 *
 * host/link/io.reprise.varlink is the interface, and the truth about it. A call
 * that cannot be answered at once is a number; it gets exactly one
 * control_reply() or control_error(), then or later. When its client has gone,
 * the answer goes nowhere.
 */
#ifndef HOST_LINK_CONTROL_H
#define HOST_LINK_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/core/lifecycle.h" /* enum wish */
#include "host/link/access.h"

struct control;
struct loop;

struct control_ops {
	/* Return: a new reference: the value of "status" */
	json_t *(*status)(void *ctx);
	/* Return: a new reference: the value of "plan"; @budget_us: 0: none */
	json_t *(*plan)(void *ctx, enum wish wish, uint64_t budget_us);
	/* Return: likewise: an event of the kind "begin" */
	json_t *(*begin)(void *ctx);
	/* Return: likewise: the answer to Console from a position on */
	json_t *(*console)(void *ctx, uint64_t position);
	/* @budget_us: refuse what may take longer; 0: any */
	void (*reboot)(void *ctx, uint32_t call, enum wish wish, bool wait,
		       uint64_t budget_us);
	void (*stop)(void *ctx, uint32_t call, bool now, bool wait_memory);
	void (*handover)(void *ctx, uint32_t call);
	/*
	 * The client of a Reboot or Stop that is still open has gone: @call is
	 * no longer, an answer to it goes nowhere. Once; may be NULL. Not
	 * called by control_close().
	 */
	void (*gone)(void *ctx, uint32_t call);
};

/*
 * control_open() - serve
 * @listen_fd:	taken over, also on failure
 * @rule:	who may do what; copied
 * @ops:	borrowed until control_close(), as are @loop and @ctx
 * Return: 0; else -errno
 */
int control_open(struct control **ret, struct loop *loop, int listen_fd,
		 const struct access_rule *rule, const struct control_ops *ops,
		 void *ctx);

/*
 * control_reply() - answer a call
 * @parameters:	stolen; the whole parameters object, {"restart": {...}}
 */
void control_reply(struct control *c, uint32_t call, json_t *parameters);

/*
 * control_error() - refuse a call
 * @error:	"Busy" becomes io.reprise.Busy
 * @sentence:	its parameter "sentence", for the operator
 */
void control_error(struct control *c, uint32_t call, const char *error,
		   const char *sentence);

/* control_changed() - the state is another: tell those who wait for that.
 * @state: static */
void control_changed(struct control *c, const char *state);

/* control_flush() - send at once what fits: this process is about to change */
void control_flush(struct control *c);

/*
 * control_connection() - the connection of an open call, for whoever goes on
 *
 * Call control_flush() before.
 * @more:	the call wants to hear of the state until then
 * Return: borrowed; -1: nobody waits, or is behind with reading
 */
int control_connection(const struct control *c, uint32_t call, bool *more);

/*
 * control_join() - a connection whose call is open already: it is to be
 * answered
 * @fd:		taken over, also on failure
 * Return: the call; 0: there was no room
 */
uint32_t control_join(struct control *c, int fd, bool more);

/* control_socket() - where it listens, borrowed */
int control_socket(const struct control *c);

/*
 * control_event() - tell the readers of Events
 *
 * One that does not keep up misses it, and all that follow: its call ends with
 * io.reprise.Stalled as soon as it reads again. Nobody is waited for.
 * @event:	stolen
 */
void control_event(struct control *c, json_t *event);

/* control_has_readers() - is there anybody to tell of events? Takes NULL */
bool control_has_readers(const struct control *c);

/* control_dropped() - how many readers of events have stalled so far */
uint64_t control_dropped(const struct control *c);

/*
 * control_close() - send what fits at once, drop the rest; takes NULL
 *
 * Calls that are still open end with their connection.
 */
void control_close(struct control *c);

#endif
