// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/progress.c - show that something is waited for, and how far it is
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

bool progress_wanted(void)
{
	return isatty(STDERR_FILENO);
}

void progress_begin(struct progress *p, const char *name)
{
	*p = (struct progress){ .name = name, .since_ms = clock_ms() };
}

/* Is it time for a line? So it will be drawn. */
static bool is_due(struct progress *p)
{
	int64_t now_ms = clock_ms();

	if (now_ms - p->since_ms < QUIET_MS ||
	    now_ms - p->drawn_ms < QUIET_MS || !progress_wanted())
		return false;
	p->drawn_ms = now_ms;
	return true;
}

/* @wait: how far, or for what; "": nobody says */
static void draw(struct progress *p, const char *wait)
{
	const char *state = p->state[0] ? p->state : "waiting";
	char line[2 * DRAIN_TEXT];

	if (wait[0])
		snprintf(line, sizeof(line), "%s: %s%s %s", p->name, state,
			 strcmp(state, "draining") == 0 ? "" : ":", wait);
	else
		snprintf(line, sizeof(line), "%s: %s, %lld s", p->name, state,
			 (long long)(p->drawn_ms - p->since_ms) / 1000);
	utf8_mend(line); /* a shim has said it */
	fprintf(stderr, WIPE "%.*s",
		(int)terminal_fit(line, strlen(line),
				  terminal_size(STDERR_FILENO).columns - 1),
		line);
	p->shown = true;
}

/* The states of which there is more to say: host/core/lifecycle.c. */
static bool waits_for_memory(const struct progress *p)
{
	return strcmp(p->state, "draining") == 0 ||
	       strcmp(p->state, "paused for memory") == 0 ||
	       strcmp(p->state, "waiting for memory") == 0;
}

static void be_in(struct progress *p, const char *state)
{
	if (state)
		snprintf(p->state, sizeof(p->state), "%s", state);
}

void progress_show(struct progress *p, const json_t *status)
{
	char wait[DRAIN_TEXT];

	be_in(p, json_string_value(json_object_get(status, "state")));
	if (!is_due(p))
		return;
	show_wait(status, wait);
	draw(p, wait);
}

void progress_tell(struct progress *p, const char *state)
{
	char error[SENTENCE_MAX], wait[DRAIN_TEXT] = "";
	json_t *reply;

	be_in(p, state);
	if (!is_due(p))
		return;
	if (waits_for_memory(p) && client_call(p->name, "Status", NULL,
					       ANSWER_MS, &reply, error) == 0) {
		show_wait(json_object_get(reply, "status"), wait);
		json_decref(reply);
	}
	draw(p, wait);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs(WIPE, stderr);
	p->shown = false;
}

void progress_step(const char *what)
{
	if (progress_wanted())
		fprintf(stderr, WIPE "%s%s", what ? what : "",
			what ? " ..." : "");
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
