// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/handover.c - reprise handover: a newer program takes charge
 *
 * Theory of operation: the shim answers just before it becomes the new program;
 * the next call waits in the socket's backlog until that one serves. That it
 * is another is seen by its uptime, which begins anew.
 */
#include <errno.h>
#include <stdio.h>

#include "host/link/client.h"
#include "host/verbs/args.h"
#include "host/verbs/verbs.h"

enum { ANSWER_MS = 30000 };

/* Return: the shim's uptime, microseconds; -errno, @error */
static json_int_t uptime(const char *name, char *error)
{
	json_t *reply;
	json_int_t us;
	int r = client_call(name, "Status", NULL, ANSWER_MS, &reply, error);

	if (r < 0)
		return r;
	us = json_integer_value(
		json_object_get(json_object_get(reply, "status"), "uptime_us"));
	json_decref(reply);
	return us;
}

static int hand_over(const char *name, json_int_t *us, char *error)
{
	json_int_t before = uptime(name, error);
	json_t *reply;
	int r;

	if (before < 0)
		return (int)before;
	r = client_call(name, "Handover", NULL, ANSWER_MS, &reply, error);
	if (r < 0)
		return r;
	json_decref(reply);
	*us = uptime(name, error);
	if (*us < 0)
		return (int)*us;
	if (*us < before)
		return 0;
	return sentence(error, -EAGAIN,
			"the new program could not be executed, and the one "
			"before it goes on: its log says why");
}

int verb_handover(const struct verb *self, int argc, char **argv)
{
	char error[SENTENCE_MAX];
	const char *name;
	json_int_t us = 0;

	if (!args_parse(self, argc, argv, NULL, 0, &name))
		return VERB_USAGE;
	if (hand_over(name, &us, error) < 0)
		return verb_refuse(error);
	printf("%s: handed over; the new program has been in charge for "
	       "%lld ms\n",
	       name, (long long)us / 1000);
	return VERB_DONE;
}
