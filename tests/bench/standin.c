// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/standin.c - an appliance on the stand-in for QEMU
 */
#include "tests/bench/standin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/bench.h"
#include "tests/bench/served.h"
#include "tests/integration/stub_files.h"

static const char name[] = "standin";

static int write_appliance(const struct bench *b, char path[SITE_PATH],
			   char *error)
{
	char dir[SITE_PATH];
	FILE *f;

	snprintf(dir, sizeof(dir), "%s/stub-image", b->site.dir);
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return sentence(error, -errno, "%s: %s", dir, strerror(errno));
	if (stub_files(dir, "x86_64") < 0)
		return sentence(error, -EIO, "%s: cannot be written", dir);
	snprintf(path, SITE_PATH, "%s/%s.conf", b->site.dir, name);
	f = fopen(path, "we");
	if (!f)
		return sentence(error, -errno, "%s: %s", path, strerror(errno));
	fprintf(f,
		"[appliance]\nname = %s\nimage = %s\n"
		"qemu = %s/tests/pvmodel\n",
		name, dir, b->site.build);
	return fclose(f) == 0
		       ? 0
		       : sentence(error, -EIO, "%s: cannot be written", path);
}

int standin_start(struct served *s, struct bench *b, char *error)
{
	char path[SITE_PATH], log[SITE_PATH + 32];
	int r = write_appliance(b, path, error);

	s->turns = NULL;
	if (r < 0)
		return r;
	unsetenv("PVMODEL");
	snprintf(log, sizeof(log), "%s/log/bench-standin.log", b->site.build);
	return served_start(s, &b->turns, b->site.program, path, name, log,
			    error);
}
