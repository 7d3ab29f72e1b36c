// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/rig_ask.c - one appliance under test: what it is asked
 *
 * The verbs run as an operator would run them; the status also comes straight
 * from the control socket, by the verbs' own client.
 */
#include "tests/integration/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/runtime.h"
#include "host/link/client.h"
#include "host/memory/ledger.h"
#include "tests/integration/http.h"

enum { STATUS_MS = 20000, WORDS = 14, TAIL = 3000 };

void rig_verb(struct rig *r, struct child *c, const char *const args[])
{
	const char *argv[WORDS + 2] = { rig_program() };

	for (int i = 0; args[i] && i < WORDS; i++)
		argv[i + 1] = args[i];
	assert_int_equal(child_start(c, argv, -1), 0);
	if (!child_await_end(c)) {
		child_close(c);
		rig_fail(r, "a verb did not end in time");
	}
}

void rig_do(struct rig *r, const char *const args[])
{
	struct child c;

	rig_verb(r, &c, args);
	if (c.code != 0)
		print_error("reprise %s: %s", args[0], c.text[CHILD_ERR]);
	child_close(&c);
	if (c.code != 0)
		rig_fail(r, "a verb failed");
}

const char *rig_said(struct rig *r, int code, const char *const argv[])
{
	static char said[CHILD_TEXT];
	struct child c;

	assert_int_equal(child_start(&c, argv, -1), 0);
	if (!child_await_end(&c)) {
		child_close(&c);
		rig_fail(r, argv[0]);
	}
	if (c.code != code)
		print_error("%s: %s", argv[0], c.text[CHILD_ERR]);
	memcpy(said, c.text[CHILD_OUT], sizeof(said));
	child_close(&c);
	assert_int_equal(c.code, code);
	return said;
}

json_t *rig_status(struct rig *r)
{
	char error[SENTENCE_MAX];
	json_t *reply, *status;

	if (client_call(r->name, "Status", NULL, STATUS_MS, &reply, error) < 0)
		rig_fail(r, error);
	status = json_incref(json_object_get(reply, "status"));
	json_decref(reply);
	return status;
}

const char *rig_word(struct rig *r, const char *key)
{
	static char word[256];
	json_t *status = rig_status(r);
	const char *found = json_string_value(json_object_get(status, key));

	snprintf(word, sizeof(word), "%s", found ? found : "");
	json_decref(status);
	return word;
}

json_int_t rig_number(struct rig *r, const char *key)
{
	json_t *status = rig_status(r);
	json_int_t n = json_integer_value(json_object_get(status, key));

	json_decref(status);
	return n;
}

const char *rig_last(struct rig *r, const char *key)
{
	static char word[256];
	json_t *status = rig_status(r);
	const char *found = json_string_value(
		json_object_get(json_object_get(status, "last"), key));

	snprintf(word, sizeof(word), "%s", found ? found : "");
	json_decref(status);
	return word;
}

bool rig_last_has_phase(struct rig *r, const char *wanted)
{
	json_t *status = rig_status(r);
	const json_t *last = json_object_get(status, "last");
	bool found = false;
	json_t *phase;
	size_t i;

	json_array_foreach(json_object_get(last, "phases"), i, phase)
	{
		const json_t *word = json_object_get(phase, "name");

		found |= strcmp(json_string_value(word), wanted) == 0;
	}
	json_decref(status);
	return found;
}

/* The host's port of the first forward. */
static uint16_t port_of(struct rig *r)
{
	json_t *status = rig_status(r);
	json_t *first = json_array_get(json_object_get(status, "forwards"), 0);
	json_int_t port = json_integer_value(json_object_get(first, "port"));

	json_decref(status);
	return (uint16_t)port;
}

const char *rig_peek(struct rig *r, const char *path)
{
	static char page[16384];

	return http_get(port_of(r), path, page, sizeof(page),
			child_deadline()) > 0
		       ? page
		       : NULL;
}

const char *rig_get(struct rig *r, const char *path)
{
	const char *page = rig_peek(r, path);

	if (!page)
		rig_fail(r, "the guest served no page");
	return page;
}

void rig_poke(struct rig *r, const char *path)
{
	char page[1024];

	if (http_get(port_of(r), path, page, sizeof(page), child_deadline()) <
	    0)
		rig_fail(r, "the guest did not take a request");
}

int rig_ask(struct rig *r, const char *path)
{
	int fd = http_ask(port_of(r), path);

	if (fd < 0)
		rig_fail(r, "the guest did not take a request");
	return fd;
}

/* What the guest's console has said last, as far as it comes at once. */
static void print_console(struct rig *r)
{
	char error[SENTENCE_MAX], text[TAIL];
	struct timeval wait = { .tv_sec = 1 };
	int fd = runtime_dial(r->name, RUNTIME_CONSOLE, error);
	ssize_t n;

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	print_error("console:\n");
	while ((n = recv(fd, text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		print_error("%s", text);
	}
	print_error("\n");
	close(fd);
}

void rig_ledger(const struct rig *r,
		void (*each)(void *ctx, const struct promised *m), void *ctx)
{
	char path[SENTENCE_MAX];

	snprintf(path, sizeof(path), "%s/%s", r->runtime, LEDGER_NAME);
	assert_int_equal(ledger_list(path, each, ctx), 0);
}

void rig_fail(struct rig *r, const char *what)
{
	char error[SENTENCE_MAX];
	json_t *reply = NULL;
	char *text;

	if (r->shim.pid)
		child_poll(&r->shim, -1, 0); /* its last words */
	print_error("%s\nshim said:\n%s", what, r->shim.text[CHILD_ERR]);
	if (!r->shim.ended &&
	    client_call(r->name, "Status", NULL, 2000, &reply, error) == 0) {
		text = json_dumps(reply, JSON_INDENT(1));
		print_error("status: %s\n", text);
		free(text);
		json_decref(reply);
	}
	if (!r->shim.ended)
		print_console(r);
	fail_msg("%s", what);
	abort(); /* not reached: cmocka jumps */
}
