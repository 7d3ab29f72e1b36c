// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/progress.c - wait for an answer, and show that it is waited for
 */
#include "host/verbs/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/link/client.h"

enum { QUIET_MS = 1000 };

#define WIPE "\r\033[K"

void progress_begin(struct progress *p, const char *name)
{
	*p = (struct progress){ .name = name, .since_ms = clock_ms() };
}

void progress_tell(struct progress *p, const char *state)
{
	int64_t ms = clock_ms() - p->since_ms;

	if (state)
		snprintf(p->state, sizeof(p->state), "%s", state);
	if (ms < QUIET_MS || !isatty(STDERR_FILENO))
		return;
	p->shown = true;
	fprintf(stderr, WIPE "%s: %s, %lld s", p->name,
		p->state[0] ? p->state : "waiting", (long long)ms / 1000);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs(WIPE, stderr);
	p->shown = false;
}

struct waiting {
	struct progress progress;
	json_t *last;
};

static bool on_answer(void *ctx, json_t *parameters)
{
	struct waiting *w = ctx;

	progress_tell(&w->progress,
		      json_string_value(json_object_get(parameters, "state")));
	if (parameters) {
		json_decref(w->last);
		w->last = json_incref(parameters);
	}
	return false;
}

int progress_call(const char *name, const char *method, json_t *parameters,
		  json_t **reply, char *error)
{
	struct waiting w = { .last = NULL };
	int r;

	progress_begin(&w.progress, name);
	r = client_watch(name, method, parameters, on_answer, &w, -1, error);
	progress_end(&w.progress);
	if (r < 0)
		json_decref(w.last);
	else
		*reply = w.last;
	return r;
}
