// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/ps.c - reprise ps: what runs on this host
 */
#include <stdio.h>

#include "common/array.h"
#include "host/config/runtime.h"
#include "host/verbs/args.h"
#include "host/verbs/colour.h"
#include "host/verbs/show.h"
#include "host/verbs/survey.h"
#include "host/verbs/verbs.h"

static void print_name(void *ctx, const struct running *r)
{
	(void)ctx;
	puts(r->name);
}

static int print_names(void)
{
	char error[SENTENCE_MAX];

	if (runtime_list(print_name, NULL, error) < 0)
		return verb_refuse(error);
	return VERB_DONE;
}

int verb_ps(const struct verb *self, int argc, char **argv)
{
	bool as_json = false, names = false;
	const struct flag flags[] = {
		{ .name = "--json", .set = &as_json },
		{ .name = "--names", .set = &names },
	};
	char error[SENTENCE_MAX];
	json_t *all;

	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), NULL))
		return VERB_USAGE;
	if (names)
		return print_names();
	all = survey_take(SURVEY_MS, error);
	if (!all)
		return verb_refuse(error);
	if (as_json) {
		show_json(stdout, all, JSON_INDENT(2));
	} else {
		show_list(stdout, all, colour_wanted());
	}
	json_decref(all);
	return VERB_DONE;
}
