/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/both.h - a test for each architecture
 *
 * QEMU is that of this machine, for a chosen few tests also that of Debian's
 * next release (tests/peers): it is then the first one in PATH.
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
	CMUnitTestFunction next; /* the test, if it is to be on the next QEMU */
	struct rig rig;
};

/* both_open(), both_close() - set up and tear down */
int both_open(void **state);
int both_close(void **state);

/* both_next() - the test that the state has; skipped without that QEMU */
void both_next(void **state);

extern struct both both_x86_64, both_s390x;

#define ON_ONE(test, which)                                                    \
	{                                                                      \
#test "@" #which, test, both_open, both_close, &both_##which   \
	}
#define ON_BOTH(test) ON_ONE(test, x86_64), ON_ONE(test, s390x)

/* The same on the next QEMU; @close: both_close(), or one that calls it. */
#define NEXT_STATE(test, which)                                                \
	&(struct both)                                                         \
	{                                                                      \
		.arch = #which, .next = (test)                                 \
	}
#define NEXT_CLOSED(test, which, close)                                        \
	{                                                                      \
#test "@" #which "-next", both_next, both_open, close,         \
			NEXT_STATE(test, which)                                \
	}
#define NEXT_ONE(test, which) NEXT_CLOSED(test, which, both_close)
#define ON_NEXT(test) NEXT_ONE(test, x86_64), NEXT_ONE(test, s390x)

/* A test whose rig runs no guest, so that one architecture is enough. */
#define ON_MODEL(test)                                                         \
	{                                                                      \
#test, test, both_open, both_close, &both_x86_64               \
	}

#endif
