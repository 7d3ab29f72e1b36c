// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/ps.c - reprise ps: what runs
 */
#include <errno.h>
#include <stdio.h>

#include "host/config/runtime.h"
#include "host/link/client.h"
#include "host/verbs/args.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

enum { ANSWER_MS = 2000 };

/* One that gives no status is listed all the same: its lock is held. */
static void list_one(void *ctx, const char *name)
{
	char error[SENTENCE_MAX];
	json_t *reply = NULL;
	json_t *silent;
	int r = client_call(name, "Status", NULL, ANSWER_MS, &reply, error);

	if (r == 0) {
		show_line(ctx, name, json_object_get(reply, "status"));
		json_decref(reply);
		return;
	}
	silent = json_pack("{s:s}", "state",
			   r == -ENOENT || r == -ECONNREFUSED ? "no shim"
							      : "no answer");
	show_line(ctx, name, silent);
	json_decref(silent);
}

int verb_ps(const struct verb *self, int argc, char **argv)
{
	char error[SENTENCE_MAX];

	if (!args_parse(self, argc, argv, NULL, 0, NULL))
		return VERB_USAGE;
	show_line(stdout, NULL, NULL);
	if (runtime_list(list_one, stdout, error) < 0)
		return verb_refuse(error);
	return VERB_DONE;
}
