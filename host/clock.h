/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/clock.h - what time it is
 *
 * Two clocks: the monotonic one, for deadlines and durations, and the real one,
 * for people and files. Source: clock_gettime(2), which cannot fail for either.
 */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_read_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* clock_us() - CLOCK_MONOTONIC, microseconds */
static inline uint64_t clock_us(void)
{
	return clock_read_us(CLOCK_MONOTONIC);
}

/* clock_ms() - CLOCK_MONOTONIC, milliseconds; signed, as what is left is */
static inline int64_t clock_ms(void)
{
	return (int64_t)(clock_us() / 1000);
}

/* clock_real_us() - CLOCK_REALTIME, microseconds */
static inline uint64_t clock_real_us(void)
{
	return clock_read_us(CLOCK_REALTIME);
}

#endif
