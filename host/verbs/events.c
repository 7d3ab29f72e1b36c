// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/events.c - reprise events: what happens, one JSON object a line
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/link/client.h"
#include "host/verbs/args.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

struct stream {
	bool ended;  /* the appliance has, in order */
	bool unread; /* nobody takes the lines any more */
};

static bool print_event(void *ctx, json_t *parameters)
{
	const json_t *event = json_object_get(parameters, "event");
	const char *state = json_string_value(json_object_get(event, "state"));
	struct stream *s = ctx;

	if (!event)
		return false;
	s->ended = state && strcmp(state, "ended") == 0;
	show_json(stdout, event, JSON_COMPACT);
	s->unread = fflush(stdout) == EOF;
	return s->unread;
}

int verb_events(const struct verb *self, int argc, char **argv)
{
	struct stream s = { .ended = false };
	char error[SENTENCE_MAX];
	const char *name;
	int r;

	if (!args_parse(self, argc, argv, NULL, 0, &name))
		return VERB_USAGE;
	r = client_watch(name, "Events", NULL, print_event, &s, STDOUT_FILENO,
			 error);
	if (s.unread || r == -EPIPE || (r == -ECONNRESET && s.ended))
		return VERB_DONE;
	return r < 0 ? verb_refuse(error) : VERB_DONE;
}
