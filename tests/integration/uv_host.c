// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/uv_host.c - a host of secure guests, which it is not
 */
#include "tests/integration/uv_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/launch/accel.h"
#include "host/qemu/uv.h"
#include "host/verbs/verbs.h"
#include "tests/integration/rig.h"
#include "tests/integration/stub_image.h"

static const char under_test[] = "under-test",
		  variable[] = "TEST_DESTROYS_FAST";

int accel_check(const struct appliance *a, const struct identity *who,
		char *error)
{
	(void)a;
	(void)who;
	(void)error;
	return 0;
}

struct uv_host uv_look(void)
{
	return (struct uv_host){ .hosts = true,
				 .async = true,
				 .fast = getenv(variable) != NULL };
}

int verb_refuse(const char *error) /* main.c's, whose place this takes */
{
	fprintf(stderr, "%s\n", error);
	return VERB_REFUSED;
}

bool uv_host_is_shim(int argc, char **argv, int *code)
{
	const struct verb shim = { .name = "run" };

	if (argc < 2 || strcmp(argv[1], shim.name) != 0)
		return false;
	*code = verb_run(&shim, argc - 2, argv + 2);
	return true;
}

void uv_host_fast(bool fast)
{
	if (fast)
		setenv(variable, "1", 1);
	else
		unsetenv(variable);
}

void uv_host_run(struct rig *r, const char *script, const char *secure,
		 const char *memory)
{
	char words[128], lines[256];

	snprintf(words, sizeof(words), "version=10.2,arch=s390x%s", script);
	snprintf(lines, sizeof(lines),
		 "accel = kvm\nsecure = %s\nmemory = 2100 MiB\n"
		 "[restart]\npolicy = never\n%s",
		 secure, memory);
	rig_run_program(r, "/proc/self/exe",
			stub_model(r, "s390x", words, lines), under_test);
}

void uv_host_run_again(struct rig *r)
{
	rig_run_program(r, "/proc/self/exe", rig_under_test(r), under_test);
}
