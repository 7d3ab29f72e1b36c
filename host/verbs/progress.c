// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/progress.c - wait for an answer, and show that it is waited for
 */
#include "host/verbs/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/utf8.h"

#include "host/clock.h"
#include "host/link/client.h"
#include "host/verbs/show_drain.h"
#include "host/verbs/terminal.h"

enum { QUIET_MS = 1000, ANSWER_MS = 1000 };

#define WIPE "\r\033[K"

void progress_begin(struct progress *p, const char *name)
{
	*p = (struct progress){ .name = name, .since_ms = clock_ms() };
}

/* The states of which there is more to say: host/core/lifecycle.c. */
static bool waits_for_memory(const struct progress *p)
{
	return strcmp(p->state, "draining") == 0 ||
	       strcmp(p->state, "paused for memory") == 0 ||
	       strcmp(p->state, "waiting for memory") == 0;
}

/* What does it wait for? "" where its shim does not say. */
static void ask(const struct progress *p, char text[static DRAIN_TEXT])
{
	char error[SENTENCE_MAX];
	json_t *reply;

	text[0] = '\0';
	if (!waits_for_memory(p) ||
	    client_call(p->name, "Status", NULL, ANSWER_MS, &reply, error) < 0)
		return;
	show_wait(json_object_get(reply, "status"), text);
	json_decref(reply);
}

void progress_tell(struct progress *p, const char *state)
{
	int64_t ms = clock_ms() - p->since_ms;
	char wait[DRAIN_TEXT], line[2 * DRAIN_TEXT];
	int n;

	if (state)
		snprintf(p->state, sizeof(p->state), "%s", state);
	if (ms < QUIET_MS || !isatty(STDERR_FILENO))
		return;
	p->shown = true;
	ask(p, wait);
	n = snprintf(line, sizeof(line), "%s: %s%s%s, %lld s", p->name,
		     p->state[0] ? p->state : "waiting", wait[0] ? ": " : "",
		     wait, (long long)ms / 1000);
	utf8_tame(line, (size_t)n); /* a shim has said it */
	fprintf(stderr, WIPE "%.*s",
		(int)terminal_fit(line, (size_t)n,
				  terminal_size(STDERR_FILENO).columns - 1),
		line);
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
