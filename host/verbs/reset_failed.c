// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/reset_failed.c - reprise reset-failed: let it start again
 */
#include "host/config/failed.h"
#include "host/verbs/args.h"
#include "host/verbs/verbs.h"

int verb_reset_failed(const struct verb *self, int argc, char **argv)
{
	char error[SENTENCE_MAX];
	const char *name;

	if (!args_parse(self, argc, argv, NULL, 0, &name))
		return VERB_USAGE;
	if (failed_clear(name, error) < 0)
		return verb_refuse(error);
	return VERB_DONE;
}
