/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/guest/core/supervise_drive.h - a payload under test, at any place
 */
#ifndef TESTS_GUEST_CORE_SUPERVISE_DRIVE_H
#define TESTS_GUEST_CORE_SUPERVISE_DRIVE_H

#include "tests/guest/core/session_drive.h"

enum { READY_WITHIN = 3000, WATCHDOG = 2000, DELAY = 100 };

/* supervise_rules() - every deadline there is, two restarts a minute */
struct session_rules supervise_rules(enum restart_when when);

/* supervise_at() - a payload led to @pay the only way there is */
struct guest supervise_at(enum payload_state pay,
			  const struct session_rules *rules);

void guest_notifies(struct guest *g, struct notify n);
void guest_checked(struct guest *g, uint32_t status);

#endif
