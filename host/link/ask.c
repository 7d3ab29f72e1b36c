// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/ask.c - ask many shims for their status at once
 *
 * Theory of operation: a connection each, and one poll() over all of them, in
 * batches that any limit of descriptors allows.
 */
#include "host/link/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/config/place.h"
#include "host/link/peer.h"

enum { BATCH = 64 };

static const char denied[] = "org.varlink.service.PermissionDenied";

/* Return: the connection, with the question sent; NULL: @a has the reason */
static struct peer *open_one(struct ask *a)
{
	int fd = place_connect(a->dir, RUNTIME_CONTROL, SOCK_NONBLOCK);
	struct peer *p = fd < 0 ? NULL : calloc(1, sizeof(*p));

	a->r = fd < 0 ? fd : -ENOMEM;
	if (!p) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	a->r = -ETIMEDOUT;
	p->fd = fd;
	peer_send(p, json_pack("{s:s}", "method", "io.reprise.Status"));
	peer_flush(p);
	return p;
}

static void take_answer(struct ask *a, json_t *message)
{
	const char *error =
		json_string_value(json_object_get(message, "error"));
	json_t *status = json_object_get(json_object_get(message, "parameters"),
					 "status");

	if (json_is_object(status)) {
		a->status = json_incref(status);
		a->r = 0;
	} else {
		a->r = error && strcmp(error, denied) == 0 ? -EACCES : -EPROTO;
	}
	json_decref(message);
}

/* Return: is it done with? */
static bool read_one(struct ask *a, struct peer *p)
{
	int gone = peer_fill(p);
	json_t *message = peer_next(p);

	if (message)
		take_answer(a, message);
	else if (p->broken || gone < 0)
		a->r = p->broken ? -EPROTO : gone;
	return message || p->broken || gone < 0;
}

static void close_one(struct peer **p, struct pollfd *fd)
{
	close((*p)->fd);
	free(*p);
	*p = NULL;
	fd->fd = -1;
}

static void ask_batch(struct ask *list, size_t count, int timeout_ms)
{
	int64_t end_ms = clock_ms() + timeout_ms;
	struct pollfd fd[BATCH];
	struct peer *peer[BATCH];
	size_t open = 0;

	for (size_t i = 0; i < count; i++) {
		peer[i] = open_one(&list[i]);
		open += peer[i] != NULL;
		fd[i] = (struct pollfd){ .fd = peer[i] ? peer[i]->fd : -1,
					 .events = POLLIN };
	}
	while (open) {
		int64_t left = end_ms - clock_ms();
		/* who is late to ask still takes the answers that are there */
		int n = poll(fd, count, left > 0 ? (int)left : 0);

		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		for (size_t i = 0; n > 0 && i < count; i++)
			if (peer[i] && fd[i].revents &&
			    read_one(&list[i], peer[i])) {
				close_one(&peer[i], &fd[i]);
				open--;
			}
	}
	for (size_t i = 0; i < count; i++)
		if (peer[i])
			close_one(&peer[i], &fd[i]);
}

void ask_all(struct ask *list, size_t count, int timeout_ms)
{
	for (size_t i = 0; i < count; i += BATCH)
		ask_batch(list + i, count - i < BATCH ? count - i : BATCH,
			  timeout_ms);
}
