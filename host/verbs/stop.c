// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/stop.c - reprise stop: end, and wait until all is gone
 */
#include <stdio.h>
#include <unistd.h>

#include "host/config/runtime.h"
#include "host/sentence.h"
#include "host/verbs/args.h"
#include "host/verbs/progress.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

/* Its memory is back when the shim answers: only its files are left. */
enum { LEAVE_MS = 10000 };

int verb_stop(const struct verb *self, int argc, char **argv)
{
	bool now = false;
	const struct flag flags[] = { { .name = "--now", .set = &now } };
	char error[SENTENCE_MAX];
	const char *name;
	json_t *reply, *parameters;
	int end, code = VERB_DONE;

	if (!args_parse(self, argc, argv, flags, 1, &name))
		return VERB_USAGE;
	end = runtime_watch_end(name, error);
	if (end < 0)
		return verb_refuse(error);
	parameters = now ? json_pack("{s:b}", "now", 1) : NULL;
	if (progress_call(name, "Stop", parameters, &reply, error) < 0) {
		close(end);
		return verb_refuse(error);
	}
	if (runtime_await_end(end, name, LEAVE_MS, error) < 0)
		code = verb_refuse(error);
	show_passage(stdout, name, json_object_get(reply, "end"));
	json_decref(reply);
	return code;
}
