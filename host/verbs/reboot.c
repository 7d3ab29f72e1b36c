// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/reboot.c - reprise reboot: begin again
 */
#include <stdio.h>

#include "common/array.h"
#include "host/sentence.h"
#include "host/verbs/args.h"
#include "host/verbs/budget.h"
#include "host/verbs/progress.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

static int reboot(const char *name, json_t *parameters)
{
	const json_t *restart;
	char error[SENTENCE_MAX];
	json_t *reply;
	bool kept;

	if (budget_tell(name, parameters, error) < 0 ||
	    progress_call(name, "Reboot", json_incref(parameters), &reply,
			  error) < 0)
		return verb_refuse(error);
	restart = json_object_get(reply, "restart");
	show_passage(stdout, name, restart);
	kept = budget_kept(name, parameters, restart);
	json_decref(reply);
	return kept ? VERB_DONE : VERB_REFUSED;
}

int verb_reboot(const struct verb *self, int argc, char **argv)
{
	bool in_place = false, full = false, wait = false;
	const char *name, *budget = NULL;
	const struct flag flags[] = {
		{ .name = "--in-place", .set = &in_place },
		{ .name = "--full", .set = &full },
		{ .name = "--wait", .set = &wait },
		{ .name = "--budget", .value = &budget },
	};
	json_t *parameters;
	int code;

	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), &name))
		return VERB_USAGE;
	if (in_place && full) {
		fprintf(stderr, "reprise reboot: --in-place and --full exclude "
				"each other; write one of them\n");
		return VERB_USAGE;
	}
	parameters = json_pack("{s:s, s:b}", "strategy",
			       in_place ? "in_place"
			       : full	? "full"
					: "auto",
			       "wait", (int)wait);
	code = budget_add(self, budget, parameters) < 0
		       ? VERB_USAGE
		       : reboot(name, parameters);
	json_decref(parameters);
	return code;
}
