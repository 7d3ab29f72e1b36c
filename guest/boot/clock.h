/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/boot/clock.h - the one clock of PID 1: milliseconds since boot
 */
#ifndef GUEST_BOOT_CLOCK_H
#define GUEST_BOOT_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t); /* cannot fail: the clock exists */
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

#endif
