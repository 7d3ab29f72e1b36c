// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/pair.c - one image twice: under its shim, and by hand
 */
#include "tests/bench/pair.h"

#include <stdio.h>

#include "tests/bench/bench.h"

static int open_served(struct pair *p, struct bench *b, const char *arch,
		       const char *image, char *error)
{
	char path[SITE_PATH], log[SITE_PATH + 32];
	int r = site_appliance(&b->site, "served", arch, image, path, error);

	if (r < 0)
		return r;
	snprintf(log, sizeof(log), "%s/log/bench-%s.log", b->site.build, arch);
	return served_start(&p->served, &b->turns, b->site.program, path,
			    "served", log, error);
}

int pair_open(struct pair *p, struct bench *b, const char *arch,
	      const char *image, char *error)
{
	int r;

	*p = (struct pair){ .have_prepared = false };
	r = site_prepare(&b->site, "plain", arch, image, &p->prepared, error);
	if (r < 0)
		return r;
	p->have_prepared = true;
	r = open_served(p, b, arch, image, error);
	if (r == 0)
		r = plain_open(&p->plain, &b->turns, &p->prepared, error);
	return r;
}

void pair_close(struct pair *p)
{
	plain_close(&p->plain);
	served_close(&p->served);
	if (p->have_prepared)
		prepare_end(&p->prepared);
	p->have_prepared = false;
}
