// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/client.c - a Varlink client, for the verbs
 *
 * Theory of operation: one connection per call; poll() until the answer is
 * there, the shim has gone, or time is up.
 */
#include "host/link/client.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/config/runtime.h"
#include "host/link/peer.h"

enum { TICK_MS = 1000, SILENT_TICKS = 10, ALIVE_MS = 5000 };

/* Return: 0: @reply is a message; -ETIMEDOUT, -ECONNRESET, -EPROTO; -EPIPE */
static int await(struct peer *p, int reader, int64_t end_ms, json_t **reply)
{
	for (;;) {
		struct pollfd fd[] = { { .fd = p->fd, .events = POLLIN },
				       { .fd = reader } }; /* its errors */
		int64_t left = end_ms - clock_ms();
		int gone;

		peer_flush(p);
		gone = peer_fill(p);
		*reply = peer_next(p);
		if (*reply)
			return 0;
		if (p->broken)
			return -EPROTO;
		if (gone < 0)
			return gone;
		if (end_ms != INT64_MAX && left <= 0)
			return -ETIMEDOUT;
		fd[0].events |= p->out_len ? POLLOUT : 0;
		if (poll(fd, 2, end_ms == INT64_MAX ? -1 : (int)left) > 0 &&
		    fd[1].revents)
			return -EPIPE;
	}
}

static int refused(const char *name, const char *code, json_t *parameters,
		   char *error)
{
	const char *why =
		json_string_value(json_object_get(parameters, "sentence"));

	if (strcmp(code, "org.varlink.service.PermissionDenied") == 0)
		why = "permission denied: ask as root, as the user who runs "
		      "it, "
		      "or as a member of the group that its appliance file "
		      "names";
	return sentence(error, -EREMOTEIO, "%s: %s", name, why ? why : code);
}

/* Take the parameters out of a message. */
static int open_reply(const char *name, json_t *message, json_t **parameters,
		      char *error)
{
	json_t *code = json_object_get(message, "error");
	json_t *inner = json_object_get(message, "parameters");

	if (json_is_string(code))
		return refused(name, json_string_value(code), inner, error);
	if (code || !json_is_object(inner))
		return sentence(error, -EPROTO,
				"%s: its shim gave no Varlink answer", name);
	*parameters = json_incref(inner);
	return 0;
}

static int no_reply(const char *name, int r, char *error)
{
	if (r == -ECONNRESET)
		return sentence(error, r,
				"%s: its shim went away before it "
				"answered",
				name);
	return sentence(error, r, "%s: its shim gave no answer: %s", name,
			strerror(-r));
}

/* One answer. @more: that others will follow. */
static int next_reply(struct peer *p, const char *name, int reader,
		      int64_t end_ms, json_t **parameters, bool *more,
		      char *error)
{
	json_t *message;
	int r = await(p, reader, end_ms, &message);

	if (r < 0)
		return no_reply(name, r, error);
	*more = json_is_true(json_object_get(message, "continues"));
	r = open_reply(name, message, parameters, error);
	json_decref(message);
	return r;
}

static int start_call(const char *name, const char *method, json_t *parameters,
		      bool more, struct peer **ret, char *error)
{
	int fd = runtime_dial(name, RUNTIME_CONTROL, error);
	struct peer *p = fd < 0 ? NULL : calloc(1, sizeof(*p));
	char full[64];

	if (!parameters)
		parameters = json_object();
	if (!p) {
		json_decref(parameters);
		if (fd < 0)
			return fd;
		close(fd);
		return sentence(error, -ENOMEM, "out of memory");
	}
	p->fd = fd;
	snprintf(full, sizeof(full), "io.reprise.%s", method);
	peer_send(p, json_pack("{s:s, s:o, s:b}", "method", full, "parameters",
			       parameters, "more", (int)more));
	*ret = p;
	return 0;
}

static void end_call(struct peer *p)
{
	close(p->fd);
	free(p);
}

int client_call(const char *name, const char *method, json_t *parameters,
		int timeout_ms, json_t **reply, char *error)
{
	int64_t end_ms = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
	struct peer *p;
	bool more;
	int r = start_call(name, method, parameters, false, &p, error);

	if (r < 0)
		return r;
	r = next_reply(p, name, -1, end_ms, reply, &more, error);
	end_call(p);
	return r;
}

/*
 * Is there still somebody who could answer? An answer may take as long as
 * memory takes to destroy; a shim that is stopped gives none to anybody. One
 * that has gone meanwhile has closed the connection that waits as well, and its
 * answer may be in there.
 */
static int alive(const char *name, char *error)
{
	json_t *reply = NULL;
	int r = client_call(name, "Status", NULL, ALIVE_MS, &reply, error);

	json_decref(reply);
	if (r == -ETIMEDOUT)
		return sentence(error, r,
				"%s: its shim says nothing to anybody: it is "
				"stopped or stuck, look at its process; what "
				"was asked for it may still do",
				name);
	return 0;
}

int client_watch(const char *name, const char *method, json_t *parameters,
		 client_fn *each, void *ctx, int reader, char *error)
{
	bool enough = false, more = true;
	unsigned int silent = 0;
	struct peer *p;
	int r = start_call(name, method, parameters, true, &p, error);

	if (r < 0)
		return r;
	while (r == 0 && !enough && more) {
		json_t *answer = NULL;

		r = next_reply(p, name, reader, clock_ms() + TICK_MS, &answer,
			       &more, error);
		if (r == 0 || r == -ETIMEDOUT)
			enough = each(ctx, answer);
		silent = r == 0 ? 0 : silent + 1;
		if (r == -ETIMEDOUT)
			r = silent % SILENT_TICKS ? 0 : alive(name, error);
		json_decref(answer);
	}
	end_call(p);
	return r;
}
