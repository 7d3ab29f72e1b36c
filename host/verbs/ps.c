// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/ps.c - reprise ps: what runs on this host
 *
 * Theory of operation: a runtime directory whose lock is held is an appliance,
 * whoever holds it. All shims are asked at once; one that gives no status is
 * listed all the same, with a word for why.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "host/config/failed.h"
#include "host/config/runtime.h"
#include "host/link/ask.h"
#include "host/verbs/args.h"
#include "host/verbs/colour.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

enum { ANSWER_MS = 2000 };

struct list {
	struct running *running;
	struct ask *ask;
	size_t count, room;
	bool no_memory;
};

static void add(void *ctx, const struct running *r)
{
	struct list *l = ctx;

	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct running *more =
			reallocarray(l->running, room, sizeof(*more));

		l->no_memory |= !more;
		if (!more)
			return;
		l->running = more;
		l->room = room;
	}
	l->running[l->count++] = *r;
}

/* What stands in place of a state that nobody tells. */
static const char *why_silent(const struct running *r, int error)
{
	if (r->holder == HOLDER_QEMU)
		return "no shim";
	if (r->hidden || error == -EACCES || error == -EPERM)
		return "not permitted";
	return error == -ENOENT || error == -ECONNREFUSED ? "no shim"
							  : "no answer";
}

static json_t *entry(const struct running *r, struct ask *a)
{
	const json_t *state = json_object_get(a->status, "state");
	const char *word = json_string_value(state);

	return json_pack("{s:s, s:s, s:s, s:O?}", "name", r->name, "directory",
			 r->dir, "state", word ? word : why_silent(r, a->r),
			 "status", a->status);
}

/* It does not run, and nothing may start it. */
static void add_failed(void *ctx, const char *name)
{
	json_array_append_new(ctx, json_pack("{s:s, s:s, s:s, s:n}", "name",
					     name, "directory", "", "state",
					     "failed", "status"));
}

static void print(const struct list *l, bool as_json)
{
	json_t *all = json_array();

	for (size_t i = 0; i < l->count; i++)
		json_array_append_new(all, entry(&l->running[i], &l->ask[i]));
	failed_list(add_failed, all);
	if (as_json) {
		show_json(stdout, all, JSON_INDENT(2));
	} else {
		show_list(stdout, all, colour_wanted());
	}
	json_decref(all);
}

static int ask_and_print(struct list *l, bool as_json)
{
	l->ask = calloc(l->count ? l->count : 1, sizeof(*l->ask));
	if (!l->ask)
		return verb_refuse("out of memory");
	for (size_t i = 0; i < l->count; i++)
		l->ask[i].dir = l->running[i].dir;
	ask_all(l->ask, l->count, ANSWER_MS);
	print(l, as_json);
	for (size_t i = 0; i < l->count; i++)
		json_decref(l->ask[i].status);
	free(l->ask);
	return VERB_DONE;
}

int verb_ps(const struct verb *self, int argc, char **argv)
{
	bool as_json = false, names = false;
	const struct flag flags[] = {
		{ .name = "--json", .set = &as_json },
		{ .name = "--names", .set = &names },
	};
	char error[SENTENCE_MAX];
	struct list l = { .count = 0 };
	int code = VERB_DONE;

	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), NULL))
		return VERB_USAGE;
	if (runtime_list(add, &l, error) < 0)
		code = verb_refuse(error);
	else if (l.no_memory)
		code = verb_refuse("out of memory");
	else if (!names)
		code = ask_and_print(&l, as_json);
	for (size_t i = 0; names && i < l.count; i++)
		puts(l.running[i].name);
	free(l.running);
	return code;
}
