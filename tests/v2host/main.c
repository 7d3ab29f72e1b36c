// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/main.c - the tests that need a host with cgroup v2, in one
 *
 * tests/integration/test_v2_host.c boots the image that this is the payload of,
 * and judges by what is printed here.
 */
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

#include <grp.h>
#include <string.h>
#include <unistd.h>

/* Under the name BED_AS_NOBODY it is what goes on as `reprise`. */
static int become_shim(char **argv)
{
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return 1;
	execv(rig_program(), argv);
	return 1;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');

	const struct CMUnitTest tests[] = {
#define TEST(name) IN_BED(name),
		V2HOST_TESTS
#undef TEST
	};

	(void)argc;
	if (slash && strcmp(slash + 1, BED_AS_NOBODY) == 0)
		return become_shim(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
