/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/watchdog/watchdog.h - the machine's watchdog: started once, then fed
 *
 * Theory of operation: PID 1 feeds it at whatever it wakes up for, at most
 * four times within the timeout, and sets a deadline of its own only to half
 * of it: an idle guest with a heartbeat wakes up no more often for it. It is
 * never stopped. From the first wish for an end on PID 1 is what it watches,
 * for every phase then has its deadline; once reboot(2) is all that is left,
 * nobody feeds it any more.
 */
#ifndef GUEST_WATCHDOG_WATCHDOG_H
#define GUEST_WATCHDOG_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/config/init_conf.h"

#define WATCHDOG_NEVER UINT64_MAX

#ifdef CONFIG_GUEST_WATCHDOG

/* As struct boot_step wants them; opened by PID 1 itself. */
bool watchdog_wanted(const struct init_conf *conf);
int watchdog_open(const struct init_conf *conf);

/*
 * watchdog_turn() - feed it if it is time, and if that is deserved
 * @may:	session_may_feed()
 * Return: when to come back at the latest, boot clock; or WATCHDOG_NEVER
 */
uint64_t watchdog_turn(uint64_t now_ms, bool may);

/*
 * watchdog_due() - is it time? Pure.
 * @fed_ms:	when it was fed last
 * @next_ms:	when to come back at the latest, should it not be fed now
 */
bool watchdog_due(uint64_t now_ms, uint64_t fed_ms, uint32_t timeout_ms,
		  bool may, uint64_t *next_ms);

#else

static inline uint64_t watchdog_turn(uint64_t now_ms, bool may)
{
	(void)now_ms;
	(void)may;
	return WATCHDOG_NEVER;
}

#endif
#endif
