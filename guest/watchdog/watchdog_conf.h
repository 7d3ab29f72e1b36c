/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/watchdog/watchdog_conf.h - [watchdog] of init.conf
 *
 *	timeout = 30 s		from the last sign of life to the end; 0 s: none
 *	required = no		yes: a machine without one is not good enough
 *
 * diag288 takes no less than 15 s.
 */
#ifndef GUEST_WATCHDOG_WATCHDOG_CONF_H
#define GUEST_WATCHDOG_WATCHDOG_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/conf.h"

struct watchdog_conf {
	uint32_t timeout_ms;
	bool required;
};

#ifdef CONFIG_GUEST_WATCHDOG
#define WATCHDOG_KEYS(start)                                                   \
	{ "watchdog", "timeout", CONF_MS,                                      \
	  .at = (start) + offsetof(struct watchdog_conf, timeout_ms),          \
	  .max = 1800000 },                                                    \
		{ "watchdog", "required", CONF_FLAG,                           \
		  .at = (start) + offsetof(struct watchdog_conf, required) },
#else
#define WATCHDOG_KEYS(start)
#endif

#endif
