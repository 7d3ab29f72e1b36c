/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/both.h - a test for each architecture
 */
#ifndef TESTS_INTEGRATION_BOTH_H
#define TESTS_INTEGRATION_BOTH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/rig.h"

/* The state of a test: a rig, opened for it, and its architecture. */
struct both {
	const char *arch;
	struct rig rig;
};

/* both_open(), both_close() - set up and tear down */
int both_open(void **state);
int both_close(void **state);

extern struct both both_x86_64, both_s390x;

#define ON_ONE(test, which)                                                    \
	{                                                                      \
#test "@" #which, test, both_open, both_close, &both_##which   \
	}
#define ON_BOTH(test) ON_ONE(test, x86_64), ON_ONE(test, s390x)

/* A test whose rig runs no guest, so that one architecture is enough. */
#define ON_MODEL(test)                                                         \
	{                                                                      \
#test, test, both_open, both_close, &both_x86_64               \
	}

#endif
