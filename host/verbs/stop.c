// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/stop.c - reprise stop: end, and wait until QEMU has gone
 *
 * Its shim stays until the memory is back, too: with --wait-memory so does this
 * verb.
 */
#include <stdio.h>
#include <unistd.h>

#include "common/array.h"
#include "host/config/runtime.h"
#include "host/sentence.h"
#include "host/verbs/args.h"
#include "host/verbs/progress.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

/* Its memory is back when the shim answers: only its files are left. */
enum { LEAVE_MS = 10000 };

/* A shim of before need not know what it is not asked for. */
static json_t *wishes(bool now, bool memory)
{
	json_t *parameters = json_object();

	if (now)
		json_object_set_new(parameters, "now", json_true());
	if (memory)
		json_object_set_new(parameters, "wait_memory", json_true());
	return parameters;
}

/* @end: of runtime_watch_end(); -1: it is not waited for */
static int stop(const char *name, json_t *parameters, int end)
{
	char error[SENTENCE_MAX];
	int code = VERB_DONE;
	json_t *reply;

	if (progress_call(name, "Stop", parameters, &reply, error) < 0) {
		if (end >= 0)
			close(end);
		return verb_refuse(error);
	}
	if (end >= 0 && runtime_await_end(end, name, LEAVE_MS, error) < 0)
		code = verb_refuse(error);
	show_passage(stdout, name, json_object_get(reply, "end"));
	json_decref(reply);
	return code;
}

int verb_stop(const struct verb *self, int argc, char **argv)
{
	bool now = false, memory = false;
	const struct flag flags[] = {
		{ .name = "--now", .set = &now },
		{ .name = "--wait-memory", .set = &memory },
	};
	char error[SENTENCE_MAX];
	const char *name;
	int end = -1;

	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), &name))
		return VERB_USAGE;
	if (memory)
		end = runtime_watch_end(name, error);
	if (memory && end < 0)
		return verb_refuse(error);
	return stop(name, wishes(now, memory), end);
}
