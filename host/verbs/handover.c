// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/handover.c - reprise handover: a newer program takes charge
 *
 * Theory of operation: the connection is kept over exec, so it is the new
 * program that answers, once it is in charge; the one before it answers only
 * if there is no new one.
 */
#include <stdio.h>

#include "host/sentence.h"
#include "host/verbs/args.h"
#include "host/verbs/progress.h"
#include "host/verbs/verbs.h"

int verb_handover(const struct verb *self, int argc, char **argv)
{
	char error[SENTENCE_MAX];
	const char *name;
	json_t *reply;

	if (!args_parse(self, argc, argv, NULL, 0, &name))
		return VERB_USAGE;
	if (progress_call(name, "Handover", NULL, &reply, error) < 0)
		return verb_refuse(error);
	json_decref(reply);
	printf("%s: handed over\n", name);
	return VERB_DONE;
}
