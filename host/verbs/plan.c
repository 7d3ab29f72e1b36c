// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/plan.c - reprise plan: what a reboot would do now
 */
#include <stdio.h>

#include "common/array.h"
#include "host/link/client.h"
#include "host/verbs/args.h"
#include "host/verbs/budget.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

enum { ANSWER_MS = 10000 };

int verb_plan(const struct verb *self, int argc, char **argv)
{
	const char *name, *budget = NULL;
	bool as_json = false;
	const struct flag flags[] = {
		{ .name = "--budget", .value = &budget },
		{ .name = "--json", .set = &as_json },
	};
	json_t *reply = NULL, *parameters;
	char error[SENTENCE_MAX];
	const json_t *plan;

	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), &name))
		return VERB_USAGE;
	parameters = json_object();
	if (budget_add(self, budget, parameters) < 0) {
		json_decref(parameters);
		return VERB_USAGE;
	}
	if (client_call(name, "Plan", parameters, ANSWER_MS, &reply, error) < 0)
		return verb_refuse(error);
	plan = json_object_get(reply, "plan");
	if (as_json) {
		show_json(stdout, plan, JSON_INDENT(2));
	} else {
		show_plan(stdout, plan);
	}
	json_decref(reply);
	return VERB_DONE;
}
