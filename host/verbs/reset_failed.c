// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/reset_failed.c - reprise reset-failed: let it start again
 */
#include <stdio.h>
#include <string.h>

#include "host/config/failed.h"
#include "host/verbs/args.h"
#include "host/verbs/verbs.h"

static void print_name(void *ctx, const char *name)
{
	(void)ctx;
	puts(name);
}

int verb_reset_failed(const struct verb *self, int argc, char **argv)
{
	char error[SENTENCE_MAX];
	const char *name;

	if (argc == 1 && strcmp(argv[0], "--names") == 0) {
		failed_list(print_name, NULL);
		return VERB_DONE;
	}
	if (!args_parse(self, argc, argv, NULL, 0, &name))
		return VERB_USAGE;
	if (failed_clear(name, error) < 0)
		return verb_refuse(error);
	return VERB_DONE;
}
