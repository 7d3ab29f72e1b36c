// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/both.c - a test for each architecture
 */
#include "tests/integration/both.h"

struct both both_x86_64 = { .arch = "x86_64" };
struct both both_s390x = { .arch = "s390x" };

int both_open(void **state)
{
	struct both *b = *state;

	rig_open(&b->rig);
	return 0;
}

int both_close(void **state)
{
	struct both *b = *state;

	rig_close(&b->rig);
	return 0;
}
