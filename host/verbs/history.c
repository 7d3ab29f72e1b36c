// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/history.c - reprise history: what an appliance did
 *
 * Theory of operation: the file is read, not the shim asked: what there is to
 * tell does not end with it.
 */
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "common/conf.h"
#include "host/config/history.h"
#include "host/verbs/args.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

enum { LAST = 20 };

struct last {
	json_t *entries;
	size_t most; /* 0: all */
};

static void keep(void *ctx, const json_t *entry)
{
	struct last *l = ctx;

	json_array_append_new(l->entries, json_deep_copy(entry));
	if (l->most && json_array_size(l->entries) > l->most)
		json_array_remove(l->entries, 0);
}

/* Return: how many; 0: all; -1: it was said what is wrong */
static int last_of(const char *word_given, bool as_json)
{
	const struct conf_key rule = { .type = CONF_NUMBER,
				       .min = 1,
				       .max = 100000 };
	char why[CONF_ERROR_MAX];
	uint32_t n;

	if (!word_given)
		return as_json ? 0 : LAST;
	if (conf_value(&rule, word_given, &n, why) == 0)
		return (int)n;
	fprintf(stderr, "reprise history: --last %s: %s\n", word_given, why);
	return -1;
}

static int print(const char *name, struct last *l, bool as_json)
{
	unsigned int damaged;
	char error[SENTENCE_MAX];
	int r = history_each(name, keep, l, &damaged, error);

	if (r < 0)
		return verb_refuse(error);
	if (damaged)
		fprintf(stderr,
			"reprise: %s: %u damaged lines of its history were "
			"left out\n",
			name, damaged);
	if (as_json) {
		show_json(stdout, l->entries, JSON_INDENT(2));
	} else if (json_array_size(l->entries)) {
		show_history(stdout, l->entries);
	} else {
		printf("%s: nothing is on record for this user\n", name);
	}
	return VERB_DONE;
}

static void print_name(void *ctx, const char *name)
{
	(void)ctx;
	puts(name);
}

static int print_names(void)
{
	char error[SENTENCE_MAX];

	return history_names(print_name, NULL, error) < 0 ? verb_refuse(error)
							  : VERB_DONE;
}

int verb_history(const struct verb *self, int argc, char **argv)
{
	bool as_json = false;
	const char *name, *last = NULL;
	const struct flag flags[] = {
		{ .name = "--json", .set = &as_json },
		{ .name = "--last", .value = &last },
	};
	struct last l;
	int most, code;

	if (argc == 1 && strcmp(argv[0], "--names") == 0)
		return print_names();
	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), &name))
		return VERB_USAGE;
	most = last_of(last, as_json);
	if (most < 0)
		return VERB_USAGE;
	l = (struct last){ json_array(), (size_t)most };
	code = print(name, &l, as_json);
	json_decref(l.entries);
	return code;
}
