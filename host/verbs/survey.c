// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/survey.c - what runs on this host, every shim asked
 *
 * Theory of operation: a runtime directory whose lock is held is an appliance,
 * whoever holds it. All shims are asked at once; one that gives no status is
 * listed all the same, with a word for why.
 */
#include "host/verbs/survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "host/config/failed.h"
#include "host/config/runtime.h"
#include "host/link/ask.h"

struct list {
	struct running *running;
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
	char dir[sizeof(r->dir)];

	memcpy(dir, r->dir, sizeof(dir));
	utf8_mend(dir);
	return json_pack("{s:s, s:s, s:s, s:O?}", "name", r->name, "directory",
			 dir, "state", word ? word : why_silent(r, a->r),
			 "status", a->status);
}

/* It does not run, and nothing may start it. */
static void add_failed(void *ctx, const char *name)
{
	json_array_append_new(ctx, json_pack("{s:s, s:s, s:s, s:n}", "name",
					     name, "directory", "", "state",
					     "failed", "status"));
}

static json_t *ask(const struct list *l, int timeout_ms)
{
	struct ask *a = calloc(l->count ? l->count : 1, sizeof(*a));
	json_t *all = a ? json_array() : NULL;

	for (size_t i = 0; a && i < l->count; i++)
		a[i].dir = l->running[i].dir;
	if (a)
		ask_all(a, l->count, timeout_ms);
	for (size_t i = 0; a && i < l->count; i++) {
		json_array_append_new(all, entry(&l->running[i], &a[i]));
		json_decref(a[i].status);
	}
	free(a);
	return all;
}

json_t *survey_take(int timeout_ms, char *error)
{
	struct list l = { .count = 0 };
	json_t *all = NULL;
	int r = runtime_list(add, &l, error);

	if (r == 0 && !l.no_memory)
		all = ask(&l, timeout_ms);
	if (r == 0 && !all)
		sentence(error, -ENOMEM, "out of memory");
	if (all)
		failed_list(add_failed, all);
	free(l.running);
	return all;
}
