// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/caller.c - clients of a control socket, and its shim
 */
#include "tests/host/link/caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_S = 60, OTHER = 65534 };

static struct loop loop;
static struct sockaddr_un address;
struct control *control;
struct asked asked;

static json_t *on_status(void *ctx)
{
	(void)ctx;
	return json_pack("{s:i}", "count", ++asked.statuses);
}

static json_t *on_plan(void *ctx, enum wish wish, uint64_t budget_us)
{
	(void)ctx;
	return json_pack("{s:I, s:i}", "budget_us", (json_int_t)budget_us,
			 "wish", (int)wish);
}

static void on_reboot(void *ctx, uint32_t call, enum wish wish, bool wait,
		      uint64_t budget_us)
{
	(void)ctx;
	asked.call[asked.reboots++] = call;
	asked.wish = wish;
	asked.wait = wait;
	asked.budget_us = budget_us;
}

/* Answers at once, from within the call. */
static void on_stop(void *ctx, uint32_t call, bool now, bool wait_memory)
{
	(void)ctx;
	asked.now = now;
	asked.wait_memory = wait_memory;
	asked.stops++;
	control_reply(control, call, json_pack("{s:{}}", "end"));
}

static void on_gone(void *ctx, uint32_t call)
{
	(void)ctx;
	assert_true(asked.gone < ASKED_CALLS);
	asked.gone_call[asked.gone++] = call;
}

static json_t *on_begin(void *ctx)
{
	(void)ctx;
	return json_pack("{s:s}", "event", "begin");
}

static json_t *on_console(void *ctx, uint64_t position)
{
	(void)ctx;
	return json_pack("{s:I}", "next", (json_int_t)position + 1);
}

static const struct control_ops ops = {
	.status = on_status,
	.plan = on_plan,
	.begin = on_begin,
	.console = on_console,
	.reboot = on_reboot,
	.stop = on_stop,
	.gone = on_gone,
};

int caller_set_up(void **state)
{
	const struct access_rule rule = { .owner = geteuid(),
					  .others_read = true };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)state;
	alarm(DEADLINE_S);
	memset(&asked, 0, sizeof(asked));
	/* An abstract name of its own: no file to clear away. */
	address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
		 "reprise-test-%d", (int)getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(loop_init(&loop), 0);
	assert_int_equal(control_open(&control, &loop, fd, &rule, &ops, NULL),
			 0);
	return 0;
}

int caller_tear_down(void **state)
{
	(void)state;
	control_close(control);
	control = NULL;
	loop_close(&loop);
	return 0;
}

static void on_caller(void *ctx, uint32_t events)
{
	struct caller *c = ctx;

	(void)events;
	c->gone = peer_fill(&c->peer) < 0;
	if (!c->message)
		c->message = peer_next(&c->peer);
	if (c->gone) /* level-triggered: it would be reported for ever */
		loop_remove(&loop, c->slot);
	if (c->gone || c->message)
		loop_stop(&loop);
}

struct caller *caller_new(void)
{
	struct caller *c = calloc(1, sizeof(*c));

	c->peer.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(c->peer.fd, (struct sockaddr *)&address,
				 sizeof(address)),
			 0);
	c->slot = loop_add(&loop, c->peer.fd, EPOLLIN, on_caller, c);
	assert_true(c->slot >= 0);
	return c;
}

void caller_end(struct caller *c)
{
	loop_remove(&loop, c->slot);
	close(c->peer.fd);
	json_decref(c->message);
	free(c);
}

void caller_say(struct caller *c, const char *text)
{
	assert_int_equal(send(c->peer.fd, text, strlen(text) + 1, MSG_NOSIGNAL),
			 strlen(text) + 1);
}

/* The next message; NULL: the connection was closed. Owned by @c. */
json_t *caller_hear(struct caller *c)
{
	json_decref(c->message);
	c->message = peer_next(&c->peer);
	while (!c->message && !c->gone)
		assert_int_equal(loop_run(&loop), 0);
	return c->message;
}

const char *caller_error(json_t *message)
{
	const char *name = json_string_value(json_object_get(message, "error"));

	return name ? name : "none";
}

const char *caller_parameter(json_t *message, const char *key)
{
	const char *value = json_string_value(
		json_object_get(json_object_get(message, "parameters"), key));

	return value ? value : "none";
}

struct caller *caller_new_other(void)
{
	struct caller *c;

	if (seteuid(OTHER) < 0)
		return NULL;
	c = caller_new();
	assert_int_equal(seteuid(0), 0);
	return c;
}

void caller_call(struct caller *c, const char *method)
{
	char text[128];

	snprintf(text, sizeof(text), "{\"method\":\"io.reprise.%s\"}", method);
	caller_say(c, text);
}

void caller_watch(struct caller *c, const char *method)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "{\"method\":\"io.reprise.%s\",\"more\":true}", method);
	caller_say(c, text);
}

json_int_t caller_count(json_t *message)
{
	json_int_t count = -1;

	(void)json_unpack(message, "{s:{s:{s:I}}}", "parameters", "status",
			  "count", &count);
	return count;
}

void caller_turn(void)
{
	struct caller *c = caller_new();

	caller_say(c, "{\"method\":\"io.reprise.Status\"}");
	assert_non_null(caller_hear(c));
	caller_end(c);
}

void caller_deafen(struct caller *c, bool deaf)
{
	loop_remove(&loop, c->slot);
	c->slot =
		deaf ? -1 : loop_add(&loop, c->peer.fd, EPOLLIN, on_caller, c);
	assert_true(deaf || c->slot >= 0);
}
