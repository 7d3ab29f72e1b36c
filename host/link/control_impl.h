/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/control_impl.h - between the two files of the control socket
 *
 * control.c has the connections and sends what is to be sent; control_call.c
 * has the methods.
 */
#ifndef HOST_LINK_CONTROL_IMPL_H
#define HOST_LINK_CONTROL_IMPL_H

#include "host/link/access.h"
#include "host/link/control.h"
#include "host/link/listener.h"
#include "host/link/peer.h"

#define INTERFACE "io.reprise."
#define SERVICE "org.varlink.service."

enum {
	CONTROL_CLIENTS = 16,
	CONTROL_WATCHERS = 12, /* with "more" */
	CONTROL_LOOKERS = 10,  /* of these, while they wish for nothing */
	CONTROL_OTHERS = 4,    /* that may only look */
};

/* What a call with "more" is told of. */
enum watch { WATCH_NONE, WATCH_STATUS, WATCH_STATE, WATCH_EVENTS };

struct client {
	struct control *control;
	struct peer peer;
	int slot;
	enum access access;
	uint32_t call; /* 0: none is open */
	bool oneway;   /* the open call wants no answer */
	bool more;     /* it wants more than one */
	enum watch watch;
	bool stale; /* what it watches has changed since its last answer */
	json_int_t missed; /* events; not 0: it has stalled */
};

struct control {
	struct loop *loop;
	struct listener listener;
	struct access_rule rule;
	const struct control_ops *ops;
	void *ctx;
	uint32_t calls;	   /* counted, to number them */
	const char *state; /* static, the last one told */
	uint64_t dropped;  /* readers of events that stalled */
	int clients;
	struct client *client[CONTROL_CLIENTS]; /* in order of their coming */
};

/* A parameter of a method; without @required it may be missing or null. */
struct parameter {
	const char *name;
	bool (*ok)(const json_t *value);
	bool required;
};

enum { METHOD_PARAMETERS = 3 };

struct method {
	const char *name;
	void (*call)(struct client *cl, json_t *parameters);
	struct parameter parameter[METHOD_PARAMETERS];
	enum access access; /* that it needs */
	enum watch watch;   /* with "more" */
	bool only_more;
};

enum { CONTROL_METHODS = 9 };
extern const struct method control_methods[CONTROL_METHODS];

/* client_take() - begin a call; @message is borrowed */
void client_take(struct client *cl, json_t *message);

/* client_number() - a call is open from now on */
void client_number(struct client *cl);

/* client_tell() - one more answer. @parameters: stolen */
void client_tell(struct client *cl, json_t *parameters);

/* client_answer() - the last answer: the call is over. @parameters: stolen */
void client_answer(struct client *cl, json_t *parameters);

/* client_error() - so is it then. @error: the whole name; @parameters: stolen
 */
void client_error(struct client *cl, const char *error, json_t *parameters);

/* client_refresh() - tell what it watches, which has changed */
void client_refresh(struct client *cl);

/* control_watchers() - how many calls with "more" are open */
int control_watchers(const struct control *c);

#endif
