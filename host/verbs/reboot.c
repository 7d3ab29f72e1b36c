// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/reboot.c - reprise reboot: begin again
 */
#include <stdio.h>

#include "common/array.h"
#include "host/sentence.h"
#include "host/verbs/args.h"
#include "host/verbs/progress.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

int verb_reboot(const struct verb *self, int argc, char **argv)
{
	bool in_place = false, full = false, wait = false;
	const struct flag flags[] = {
		{ .name = "--in-place", .set = &in_place },
		{ .name = "--full", .set = &full },
		{ .name = "--wait", .set = &wait },
	};
	char error[SENTENCE_MAX];
	json_t *reply, *parameters;
	const char *name;

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
	if (progress_call(name, "Reboot", parameters, &reply, error) < 0)
		return verb_refuse(error);
	show_passage(stdout, name, json_object_get(reply, "restart"));
	json_decref(reply);
	return VERB_DONE;
}
