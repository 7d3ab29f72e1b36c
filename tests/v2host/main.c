// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/main.c - the tests that need a host with cgroup v2, in one
 *
 * tests/integration/test_v2_host.c boots the image that this is the payload of,
 * and judges by what is printed here.
 */
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) IN_BED(name),
		V2HOST_TESTS
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
