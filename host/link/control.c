// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/control.c - the shim's Varlink service: its connections
 *
 * Theory of operation: a connection has one call open at a time; what its
 * client sends meanwhile waits in its buffer. An answer is only queued where
 * it is given; the connection's own handler, which runs in the next round of
 * the loop, sends it, takes the next call when it has gone, and frees the
 * connection. So an answer may come from anywhere, from within the call too.
 * A watcher ("more") keeps its call open. Of a status or state it gets the
 * newest once the last one has gone, not all; of events all, until one finds
 * no room: then it has stalled, and its call ends when it reads again.
 *
 * Bounds: so many clients, of which so many may watch and so many come from
 * users that may only look; so many calls of one client in one round. For want
 * of room another's arrival ends a connection without an open call, or one
 * that has stalled: first of those that may do least, then the oldest.
 * Not here: what the methods mean (control_call.c and the shim's control_ops).
 */
#include "host/link/control_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/utf8.h"

#include "host/loop.h"
#include "host/sentence.h"

enum { CALLS_A_ROUND = 16 };

/* Let the client's handler run in the next round. */
static void wake(struct client *cl)
{
	(void)loop_change(cl->control->loop, cl->slot, EPOLLIN | EPOLLOUT);
}

static void finish(struct client *cl, json_t *message)
{
	cl->call = 0;
	cl->watch = WATCH_NONE;
	cl->stale = false;
	cl->missed = 0;
	if (cl->oneway)
		json_decref(message);
	else
		peer_send(&cl->peer, message);
	wake(cl);
}

void client_tell(struct client *cl, json_t *parameters)
{
	peer_send(&cl->peer, json_pack("{s:o, s:b}", "parameters", parameters,
				       "continues", 1));
	wake(cl);
}

void client_answer(struct client *cl, json_t *parameters)
{
	finish(cl, json_pack("{s:o}", "parameters", parameters));
}

void client_error(struct client *cl, const char *error, json_t *parameters)
{
	finish(cl, json_pack("{s:s, s:o}", "error", error, "parameters",
			     parameters));
}

static void forget(struct client *cl)
{
	struct control *c = cl->control;
	uint32_t call = cl->watch == WATCH_STATUS || cl->watch == WATCH_EVENTS
				? 0
				: cl->call;
	int i = 0;

	while (c->client[i] != cl)
		i++;
	for (c->clients--; i < c->clients; i++)
		c->client[i] = c->client[i + 1];
	loop_remove(c->loop, cl->slot);
	close(cl->peer.fd);
	free(cl);
	listener_look(&c->listener);
	if (call && c->ops->gone)
		c->ops->gone(c->ctx, call);
}

static void take_calls(struct client *cl)
{
	struct peer *p = &cl->peer;
	json_t *message;

	for (int i = 0; i < CALLS_A_ROUND; i++) {
		if (cl->call || p->out_len)
			return;
		message = peer_next(p);
		if (!message)
			return;
		client_take(cl, message);
		json_decref(message);
		peer_flush(p);
	}
}

/* What it watches. */
static void tell_news(struct client *cl)
{
	if (cl->peer.out_len)
		return;
	if (cl->stale)
		client_refresh(cl);
	else if (cl->missed)
		client_error(cl, INTERFACE "Stalled",
			     json_pack("{s:I}", "missed", cl->missed));
}

static void on_client(void *ctx, uint32_t events)
{
	struct client *cl = ctx;
	struct peer *p = &cl->peer;
	int gone = peer_fill(p);
	uint32_t wanted = 0;

	/* With a full buffer peer_fill() does not see the end. */
	if (events & (EPOLLHUP | EPOLLERR))
		gone = -ECONNRESET;
	peer_flush(p);
	take_calls(cl);
	tell_news(cl);
	peer_flush(p);
	if (gone < 0 || p->broken) {
		forget(cl);
		return;
	}
	if (p->in_len < PEER_BYTES)
		wanted |= EPOLLIN;
	if (p->out_len || (!cl->call && peer_has_next(p)))
		wanted |= EPOLLOUT;
	(void)loop_change(cl->control->loop, cl->slot, wanted);
}

static void refuse(int fd)
{
	static const char text[] =
		"{\"error\":\"io.reprise.Busy\",\"parameters\":{\"sentence\":"
		"\"as many clients as may be wait for answers: end one of "
		"them\"}}";

	(void)!send(fd, text, sizeof(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

/* Return: the first connection that may be ended for want of room, or NULL */
static struct client *find_victim(const struct control *c, enum access most)
{
	for (int a = ACCESS_NONE; a <= (int)most; a++)
		for (int i = 0; i < c->clients; i++) {
			struct client *cl = c->client[i];

			if ((int)cl->access == a && (!cl->call || cl->missed))
				return cl;
		}
	return NULL;
}

static int count_others(const struct control *c)
{
	int n = 0;

	for (int i = 0; i < c->clients; i++)
		n += c->client[i]->access != ACCESS_ALL;
	return n;
}

static bool is_room(const struct control *c, enum access access)
{
	return c->clients < CONTROL_CLIENTS &&
	       (access == ACCESS_ALL || count_others(c) < CONTROL_OTHERS);
}

/* Make room: after each has had its turn with what it may have sent. */
static bool make_room(struct control *c, enum access access)
{
	struct client *victim;

	for (int i = c->clients; !is_room(c, access) && i-- > 0;)
		on_client(c->client[i], 0); /* it may go, those before stay */
	victim = is_room(c, access) ? NULL : find_victim(c, access);
	if (victim)
		forget(victim);
	return is_room(c, access);
}

static struct client *add_client(struct control *c, int fd, enum access access)
{
	struct client *cl = calloc(1, sizeof(*cl));

	if (!cl)
		return NULL;
	cl->control = c;
	cl->access = access;
	cl->peer.fd = fd;
	cl->slot = loop_add(c->loop, fd, EPOLLIN, on_client, cl);
	if (cl->slot < 0) {
		free(cl);
		return NULL;
	}
	c->client[c->clients++] = cl;
	return cl;
}

static void on_arrival(void *ctx, int fd)
{
	struct control *c = ctx;
	enum access access = access_of(&c->rule, fd);

	if (!make_room(c, access) || !add_client(c, fd, access))
		refuse(fd);
}

int control_open(struct control **ret, struct loop *loop, int listen_fd,
		 const struct access_rule *rule, const struct control_ops *ops,
		 void *ctx)
{
	struct control *c = calloc(1, sizeof(*c));
	int r;

	if (!c) {
		close(listen_fd);
		return -ENOMEM;
	}
	*c = (struct control){
		.loop = loop, .rule = *rule, .ops = ops, .ctx = ctx, .state = ""
	};
	r = listener_open(&c->listener, loop, listen_fd, on_arrival, c);
	if (r < 0)
		control_close(c);
	else
		*ret = c;
	return r;
}

static struct client *find_call(const struct control *c, uint32_t call)
{
	for (int i = 0; call && i < c->clients; i++)
		if (c->client[i]->call == call)
			return c->client[i];
	return NULL;
}

void control_reply(struct control *c, uint32_t call, json_t *parameters)
{
	struct client *cl = find_call(c, call);

	if (cl)
		client_answer(cl, parameters);
	else
		json_decref(parameters);
}

void control_error(struct control *c, uint32_t call, const char *error,
		   const char *sentence)
{
	struct client *cl = find_call(c, call);
	char name[64], text[SENTENCE_MAX];

	if (!cl)
		return;
	snprintf(name, sizeof(name), INTERFACE "%s", error);
	snprintf(text, sizeof(text), "%s", sentence);
	utf8_mend(text); /* there may be a path in it */
	client_error(cl, name, json_pack("{s:s}", "sentence", text));
}

void control_changed(struct control *c, const char *state)
{
	c->state = state;
	for (int i = 0; i < c->clients; i++) {
		struct client *cl = c->client[i];

		if (cl->watch != WATCH_STATUS && cl->watch != WATCH_STATE)
			continue;
		cl->stale = true;
		wake(cl);
	}
}

static void tell_event(struct client *cl, json_t *event)
{
	bool room = !cl->missed &&
		    peer_offer(&cl->peer,
			       json_pack("{s:{s:O}, s:b}", "parameters",
					 "event", event, "continues", 1));

	if (!room && cl->missed++ == 0)
		cl->control->dropped++;
	wake(cl);
}

void control_event(struct control *c, json_t *event)
{
	for (int i = 0; i < c->clients; i++)
		if (c->client[i]->watch == WATCH_EVENTS)
			tell_event(c->client[i], event);
	json_decref(event);
}

bool control_has_readers(const struct control *c)
{
	for (int i = 0; c && i < c->clients; i++)
		if (c->client[i]->watch == WATCH_EVENTS)
			return true;
	return false;
}

uint64_t control_dropped(const struct control *c)
{
	return c->dropped;
}

int control_watchers(const struct control *c)
{
	int n = 0;

	for (int i = 0; i < c->clients; i++)
		n += c->client[i]->watch != WATCH_NONE;
	return n;
}

void control_flush(struct control *c)
{
	for (int i = 0; i < c->clients; i++)
		peer_flush(&c->client[i]->peer);
}

int control_connection(const struct control *c, uint32_t call, bool *more)
{
	const struct client *cl = find_call(c, call);

	if (!cl || cl->oneway || cl->peer.broken || cl->peer.out_len)
		return -1;
	*more = cl->more;
	return cl->peer.fd;
}

uint32_t control_join(struct control *c, int fd, bool more)
{
	struct client *cl = NULL;

	if (c->clients < CONTROL_CLIENTS)
		cl = add_client(c, fd, access_of(&c->rule, fd));
	if (!cl) {
		close(fd);
		return 0;
	}
	client_number(cl);
	cl->more = more;
	cl->watch = more ? WATCH_STATE : WATCH_NONE;
	return cl->call;
}

int control_socket(const struct control *c)
{
	return c->listener.fd;
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
	listener_close(&c->listener);
	free(c);
}
