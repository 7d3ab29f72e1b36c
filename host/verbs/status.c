// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/status.c - reprise status: how one appliance is
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"

#include "host/clock.h"
#include "host/config/failed.h"
#include "host/link/client.h"
#include "host/verbs/args.h"
#include "host/verbs/progress.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

enum {
	ANSWER_MS = 10000,
	BEGIN_MS = 5000, /* to look at an image and ask QEMU what it can */
	AGAIN_MS = 50,
};

/* With --wait: what it said last, until it says "serving". */
struct awaited {
	struct progress progress;
	json_t *reply;
};

static bool is_serving(void *ctx, json_t *reply)
{
	struct awaited *a = ctx;
	const char *state = json_string_value(
		json_object_get(json_object_get(reply, "status"), "state"));

	progress_tell(&a->progress, state);
	if (!reply)
		return false;
	json_decref(a->reply);
	a->reply = json_incref(reply);
	return state && strcmp(state, "serving") == 0;
}

/* Its run may have begun just now, and have no control socket yet. */
static int await_serving(const char *name, json_t **reply, char *error)
{
	struct awaited a = { .reply = NULL };
	int64_t end_ms = clock_ms() + BEGIN_MS;
	int r;

	progress_begin(&a.progress, name);
	for (;;) {
		r = client_watch(name, "Status", NULL, is_serving, &a, -1,
				 error);
		if (r != -ENOENT || failed_refuse(name, error) < 0 ||
		    clock_ms() >= end_ms)
			break;
		progress_tell(&a.progress, "not running");
		poll(NULL, 0, AGAIN_MS);
	}
	progress_end(&a.progress);
	*reply = a.reply;
	return r;
}

/* It does not run: because it failed? Return: 0; -ENOENT: no */
static int tell_failed(const char *name, json_t **reply)
{
	char why[SENTENCE_MAX];

	if (failed_read(name, why) < 0)
		return -ENOENT;
	json_decref(*reply);
	*reply = json_pack("{s:{s:s, s:s, s:s}}", "status", "name", name,
			   "state", "failed", "failure", why);
	return 0;
}

int verb_status(const struct verb *self, int argc, char **argv)
{
	bool as_json = false, wait = false;
	const struct flag flags[] = {
		{ .name = "--json", .set = &as_json },
		{ .name = "--wait", .set = &wait },
	};
	char error[SENTENCE_MAX];
	json_t *reply = NULL;
	const json_t *status;
	const char *name;
	int r;

	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), &name))
		return VERB_USAGE;
	r = wait ? await_serving(name, &reply, error)
		 : client_call(name, "Status", NULL, ANSWER_MS, &reply, error);
	if (r == -ENOENT && !wait)
		r = tell_failed(name, &reply);
	if (r < 0) {
		json_decref(reply);
		return verb_refuse(error);
	}
	status = json_object_get(reply, "status");
	if (as_json) {
		show_json(stdout, status, JSON_INDENT(2));
	} else {
		show_status(stdout, status);
	}
	json_decref(reply);
	return VERB_DONE;
}
