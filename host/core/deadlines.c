// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/deadlines.c - how long may it take to get rid of guest memory?
 */
#include "host/core/deadlines.h"

enum { PAGE = 4096, PAGE_US = 4, SHARED = 2, ALL_ELSE_MS = 60000 };

uint32_t destroy_ms(uint64_t memory)
{
	uint64_t ms = memory / PAGE * PAGE_US * SHARED / 1000 + ALL_ELSE_MS;

	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}
