/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/orphan.h - a shim that dies, and the guest that does not
 *
 * The test program is a subreaper, so that the QEMU of a shim that died
 * becomes its child.
 */
#ifndef TESTS_INTEGRATION_ORPHAN_H
#define TESTS_INTEGRATION_ORPHAN_H

#include <sys/types.h>

#include "tests/integration/both.h"

/* What must be the same after an adoption. */
struct guest {
	pid_t qemu;
	char epoch[32];
	int64_t up_us, noted_us; /* its uptime, and when that was told */
};

/* orphan_run() - the image "guest", for the first time or again */
void orphan_run(struct both *b);

/* orphan_note() - of the guest that runs */
struct guest orphan_note(struct rig *r);

/* orphan_crash() - SIGKILL: no last words, nothing cleared away */
void orphan_crash(struct rig *r);

/* orphan_assert_same() - that very guest, in its first boot */
void orphan_assert_same(struct rig *r, const struct guest *g);

/* orphan_assert_up() - its uptime has gone on since */
void orphan_assert_up(struct rig *r, const struct guest *g);

/* orphan_await_state() - of the shim */
void orphan_await_state(struct rig *r, const char *state);

/* orphan_nothing_left() - rig_assert_nothing_left(), where this is the parent
 * of a QEMU */
void orphan_nothing_left(struct rig *r);

/* orphan_stop() - cleanly, and nothing is left */
void orphan_stop(struct rig *r);

#endif
