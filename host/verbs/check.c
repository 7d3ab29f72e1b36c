// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/check.c - reprise check: would it run?
 */
#include <stdio.h>

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
	if (prepare_qemu(&p, true, error) < 0)
		code = verb_refuse(error);
	else
		say(&p);
	prepare_end(&p);
	return code;
}
