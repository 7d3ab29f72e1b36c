// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/check.c - reprise check: would it run?
 */
#include <errno.h>
#include <stdio.h>

#include "host/doctor/need.h"
#include "host/verbs/args.h"
#include "host/verbs/prepare.h"
#include "host/verbs/verbs.h"

static void say(const struct prepared *p)
{
	const struct appliance *a = &p->appliance;

	printf("%s: fine: image %s %s for %s, %llu MiB, %u CPU%s, QEMU "
	       "%d.%d.%d (%s)\n",
	       a->name, p->image.name, p->image.version, p->image.arch,
	       (unsigned long long)(a->memory >> 20), a->cpus,
	       a->cpus == 1 ? "" : "s", p->caps.major, p->caps.minor,
	       p->caps.micro, p->caps.path);
	for (unsigned int i = 0; prepare_warning(p, i); i++)
		printf("%s: warning: %s\n", a->name, prepare_warning(p, i));
}

/* What drains or runs now may have gone by then; what never fits will not. */
static int check_room(const struct prepared *p, char *error)
{
	const struct appliance *a = &p->appliance;
	const struct patient here = doctor_patient(a, &p->image);
	struct weighing w;
	int r = need_weigh(&here, &w, error);

	if (r < 0 || w.runs || w.decision.what != NEVER ||
	    a->admission.late == LATE_START_ANYWAY)
		return r;
	return sentence(error, -ENOMEM, "%s: memory = %llu MiB: %s",
			a->from_image ? a->image : a->file,
			(unsigned long long)(a->memory >> 20), w.text);
}

int verb_check(const struct verb *self, int argc, char **argv)
{
	char error[SENTENCE_MAX];
	struct prepared p;
	const char *path;
	bool running = false;
	const struct flag flags[] = { { .name = "--running",
					.set = &running } };
	int code = VERB_DONE;

	if (!args_parse(self, argc, argv, flags, 1, &path))
		return VERB_USAGE;
	if (prepare_config(path, &p, error) < 0)
		return verb_refuse(error);
	p.who_settled = running;
	if (prepare_qemu(&p, true, error) < 0 ||
	    (!running && check_room(&p, error) < 0))
		code = verb_refuse(error);
	else
		say(&p);
	prepare_end(&p);
	return code;
}
