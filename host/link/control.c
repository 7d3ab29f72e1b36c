// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/control.c - the shim's Varlink service, interface io.reprise
 *
 * Theory of operation: a connection has one call open at a time; what its
 * client sends meanwhile waits in its buffer. An answer is only queued where
 * it is given; the connection's own handler, which runs in the next round of
 * the loop, sends it, takes the next call, and frees the connection. So an
 * answer may come from anywhere, from within the call too. Only for want of
 * room does another's arrival end a connection, and then an idle one.
 * A watcher ("more") keeps its call open and gets the status again after each
 * change, unless the last one is still unsent: it sees the newest, not all.
 * Not here: what the methods mean (the shim's control_ops).
 */
#include "host/link/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/array.h"
#include "common/version.h"
#include "host/link/peer.h"
#include "host/loop.h"

#define INTERFACE "io.reprise."
#define SERVICE "org.varlink.service."

enum { CLIENTS = 8 };

struct client {
	struct control *control;
	struct peer peer;
	int slot;
	uint32_t call; /* 0: none is open */
	bool oneway;   /* the open call wants no answer */
	bool more;     /* it wants more than one */
	bool stale;    /* a watcher's status has changed since its last */
};

struct control {
	struct loop *loop;
	int listen_fd, slot;
	const struct control_ops *ops;
	void *ctx;
	uint32_t calls; /* counted, to number them */
	int clients;
	struct client *client[CLIENTS]; /* in the order of their coming */
};

/* Let the client's handler run in the next round. */
static void wake(struct client *cl)
{
	(void)loop_change(cl->control->loop, cl->slot, EPOLLIN | EPOLLOUT);
}

static void answer(struct client *cl, json_t *message)
{
	cl->call = 0;
	if (cl->oneway)
		json_decref(message);
	else
		peer_send(&cl->peer, message);
	wake(cl);
}

static void answer_error(struct client *cl, const char *error, const char *key,
			 const char *value)
{
	answer(cl, json_pack("{s:s, s:{s:s}}", "error", error, "parameters",
			     key, value));
}

static void call_get_info(struct client *cl, json_t *parameters)
{
	(void)parameters;
	answer(cl,
	       json_pack("{s:{s:s, s:s, s:s, s:s, s:[s, s]}}", "parameters",
			 "vendor", "Reprise", "product", "reprise", "version",
			 REPRISE_VERSION, "url", "", "interfaces",
			 "org.varlink.service", "io.reprise"));
}

static void send_status(struct client *cl)
{
	struct control *c = cl->control;
	json_t *m = json_pack("{s:{s:o}}", "parameters", "status",
			      c->ops->status(c->ctx));

	cl->stale = false;
	if (cl->more && m) {
		json_object_set_new(m, "continues", json_true());
		peer_send(&cl->peer, m);
		wake(cl);
	} else {
		answer(cl, m);
	}
}

static void call_status(struct client *cl, json_t *parameters)
{
	(void)parameters;
	send_status(cl);
}

static void call_reboot(struct client *cl, json_t *parameters)
{
	static const struct {
		const char *name;
		enum wish wish;
	} strategies[] = {
		{ "auto", WISH_REBOOT },
		{ "in-place", WISH_IN_PLACE },
		{ "full", WISH_FULL },
	};
	struct control *c = cl->control;
	const json_t *strategy = json_object_get(parameters, "strategy");
	const json_t *wait = json_object_get(parameters, "wait");
	const char *name = strategy ? json_string_value(strategy) : "auto";

	if (wait && !json_is_boolean(wait)) {
		answer_error(cl, SERVICE "InvalidParameter", "parameter",
			     "wait");
		return;
	}
	for (size_t i = 0; name && i < ARRAY_SIZE(strategies); i++) {
		if (strcmp(strategies[i].name, name) != 0)
			continue;
		c->ops->reboot(c->ctx, cl->call, strategies[i].wish,
			       json_is_true(wait));
		return;
	}
	answer_error(cl, SERVICE "InvalidParameter", "parameter", "strategy");
}

static void call_stop(struct client *cl, json_t *parameters)
{
	struct control *c = cl->control;

	(void)parameters;
	c->ops->stop(c->ctx, cl->call);
}

static const struct method {
	const char *name;
	void (*call)(struct client *cl, json_t *parameters);
	const char *parameters[3]; /* those it has */
	bool watchable;
} methods[] = {
	{ SERVICE "GetInfo", call_get_info, { NULL }, false },
	{ INTERFACE "Status", call_status, { NULL }, true },
	{ INTERFACE "Reboot", call_reboot, { "strategy", "wait" }, false },
	{ INTERFACE "Stop", call_stop, { NULL }, false },
};

/* Return: the first parameter that @m does not have, or NULL */
static const char *unknown_parameter(const struct method *m, json_t *parameters)
{
	const char *key;
	json_t *value;

	json_object_foreach(parameters, key, value)
	{
		bool known = false;

		for (int i = 0; m->parameters[i]; i++)
			known = known || strcmp(m->parameters[i], key) == 0;
		if (!known)
			return key;
	}
	return NULL;
}

static void call_method(struct client *cl, const char *name, json_t *parameters)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		const struct method *m = &methods[i];
		const char *unknown;

		if (strcmp(m->name, name) != 0)
			continue;
		cl->more = cl->more && m->watchable;
		unknown = unknown_parameter(m, parameters);
		if (unknown)
			answer_error(cl, SERVICE "InvalidParameter",
				     "parameter", unknown);
		else
			m->call(cl, parameters);
		return;
	}
	answer_error(cl, SERVICE "MethodNotFound", "method", name);
}

static void take_call(struct client *cl, json_t *message)
{
	json_t *parameters = json_object_get(message, "parameters");
	const char *method =
		json_string_value(json_object_get(message, "method"));

	if (!method || (parameters && !json_is_object(parameters))) {
		peer_break(&cl->peer);
		return;
	}
	if (++cl->control->calls == 0)
		cl->control->calls = 1;
	cl->call = cl->control->calls;
	cl->oneway = json_is_true(json_object_get(message, "oneway"));
	cl->more =
		json_is_true(json_object_get(message, "more")) && !cl->oneway;
	call_method(cl, method, parameters);
}

static void forget(struct client *cl)
{
	struct control *c = cl->control;
	uint32_t call = cl->more ? 0 : cl->call;
	int i = 0;

	while (c->client[i] != cl)
		i++;
	for (c->clients--; i < c->clients; i++)
		c->client[i] = c->client[i + 1];
	loop_remove(c->loop, cl->slot);
	close(cl->peer.fd);
	free(cl);
	if (call && c->ops->gone)
		c->ops->gone(c->ctx, call);
}

static void on_client(void *ctx, uint32_t events)
{
	struct client *cl = ctx;
	struct peer *p = &cl->peer;
	json_t *message;
	int gone = peer_fill(p);

	/* With a full buffer peer_fill() does not see the end. */
	if (events & (EPOLLHUP | EPOLLERR))
		gone = -ECONNRESET;
	while (!cl->call && (message = peer_next(p))) {
		take_call(cl, message);
		json_decref(message);
	}
	if (cl->stale && !p->out_len)
		send_status(cl);
	peer_flush(p);
	if (gone < 0 || p->broken)
		forget(cl);
	else
		(void)loop_change(cl->control->loop, cl->slot,
				  (p->in_len < PEER_BYTES ? EPOLLIN : 0U) |
					  (p->out_len ? EPOLLOUT : 0U));
}

static void refuse(int fd)
{
	static const char text[] =
		"{\"error\":\"io.reprise.Busy\",\"parameters\":{\"sentence\":"
		"\"eight clients wait for answers: end one of them\"}}";

	(void)!send(fd, text, sizeof(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

/*
 * Make room: of the connections without an open call, end the one that has been
 * there longest, after each has had its turn with what it may have sent.
 */
static void drop_idle(struct control *c)
{
	int i = c->clients;

	while (i-- > 0)
		on_client(c->client[i], 0); /* it may go, those before stay */
	for (i = 0; c->clients == CLIENTS && i < CLIENTS; i++)
		if (!c->client[i]->call)
			forget(c->client[i]);
}

static void on_listener(void *ctx, uint32_t events)
{
	struct control *c = ctx;
	int fd =
		accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *cl;

	(void)events;
	if (fd < 0)
		return;
	if (c->clients == CLIENTS)
		drop_idle(c);
	cl = c->clients < CLIENTS ? calloc(1, sizeof(*cl)) : NULL;
	if (cl) {
		cl->control = c;
		cl->peer.fd = fd;
		cl->slot = loop_add(c->loop, fd, EPOLLIN, on_client, cl);
	}
	if (!cl || cl->slot < 0) {
		free(cl);
		refuse(fd);
		return;
	}
	c->client[c->clients++] = cl;
}

int control_open(struct control **ret, struct loop *loop, int listen_fd,
		 const struct control_ops *ops, void *ctx)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c) {
		close(listen_fd);
		return -ENOMEM;
	}
	*c = (struct control){
		.loop = loop, .listen_fd = listen_fd, .ops = ops, .ctx = ctx
	};
	c->slot = loop_add(loop, listen_fd, EPOLLIN, on_listener, c);
	if (c->slot < 0) {
		int r = c->slot;

		control_close(c);
		return r;
	}
	*ret = c;
	return 0;
}

static struct client *find_call(struct control *c, uint32_t call)
{
	for (int i = 0; i < c->clients; i++)
		if (c->client[i]->call == call)
			return c->client[i];
	return NULL;
}

void control_reply(struct control *c, uint32_t call, json_t *parameters)
{
	struct client *cl = call ? find_call(c, call) : NULL;

	if (cl)
		answer(cl, json_pack("{s:o}", "parameters", parameters));
	else
		json_decref(parameters);
}

void control_error(struct control *c, uint32_t call, const char *error,
		   const char *sentence)
{
	struct client *cl = call ? find_call(c, call) : NULL;
	char name[64];

	if (!cl)
		return;
	snprintf(name, sizeof(name), INTERFACE "%s", error);
	answer_error(cl, name, "sentence", sentence);
}

void control_changed(struct control *c)
{
	for (int i = 0; i < c->clients; i++) {
		struct client *cl = c->client[i];

		if (!cl->call || !cl->more)
			continue;
		cl->stale = true;
		wake(cl);
	}
}

void control_close(struct control *c)
{
	if (!c)
		return;
	while (c->clients) {
		struct client *cl = c->client[c->clients - 1];

		peer_flush(&cl->peer);
		cl->call = 0; /* whom to tell? */
		forget(cl);
	}
	loop_remove(c->loop, c->slot);
	close(c->listen_fd);
	free(c);
}
