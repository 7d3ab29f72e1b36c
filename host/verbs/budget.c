// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/budget.c - how long a reboot may take at most
 */
#include "host/verbs/budget.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "common/conf.h"
#include "host/link/client.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

enum { ANSWER_MS = 10000 };

int budget_add(const struct verb *verb, const char *word, json_t *parameters)
{
	const struct conf_key rule = { .type = CONF_MS,
				       .min = 1,
				       .max = UINT32_MAX };
	char why[CONF_ERROR_MAX];
	uint32_t ms;

	if (!word)
		return 0;
	if (conf_value(&rule, word, &ms, why) < 0) {
		fprintf(stderr, "reprise %s: --budget %s: %s\n", verb->name,
			word, why);
		return -EINVAL;
	}
	json_object_set_new(parameters, "budget_us",
			    json_integer(ms * (json_int_t)1000));
	return 0;
}

int budget_tell(const char *name, const json_t *parameters, char *error)
{
	json_t *ask, *reply;
	const json_t *budget;
	const char *text;
	int r;

	if (!json_object_get(parameters, "budget_us"))
		return 0;
	ask = json_pack("{s:O, s:O}", "strategy",
			json_object_get(parameters, "strategy"), "budget_us",
			json_object_get(parameters, "budget_us"));
	r = client_call(name, "Plan", ask, ANSWER_MS, &reply, error);
	if (r < 0)
		return r;
	budget = json_object_get(json_object_get(reply, "plan"), "budget");
	text = json_string_value(json_object_get(budget, "sentence"));
	if (json_is_true(json_object_get(budget, "held")) && text && text[0])
		fprintf(stderr, "reprise: %s: %s\n", name, text);
	json_decref(reply);
	return 0;
}

/* Where the first try failed, the last one's downtime is not all. */
static json_int_t down_us(const json_t *restart)
{
	const json_t *tries = json_object_get(restart, "attempts");
	bool once = json_integer_value(tries) <= 1;

	return json_integer_value(
		json_object_get(restart, once ? "down_us" : "waited_us"));
}

bool budget_kept(const char *name, const json_t *parameters,
		 const json_t *restart)
{
	const json_t *budget = json_object_get(parameters, "budget_us");
	json_int_t us = json_integer_value(budget);
	json_int_t took = down_us(restart);
	char allowed[32], was[32];

	if (!budget || took <= us)
		return true;
	show_duration(allowed, sizeof(allowed), (uint64_t)us);
	show_duration(was, sizeof(was), (uint64_t)took);
	fprintf(stderr,
		"reprise: %s did not serve for %s, and the budget was %s\n",
		name, was, allowed);
	return false;
}
