/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/deadlines.h - how long may it take to get rid of guest memory?
 *
 * The one formula for every wait in which memory is destroyed or freed: a
 * reset, QEMU's end, and what its helper does after that. Nobody has published
 * what destroying a page of a secure guest takes (docs/facts.md 6); it is one
 * call to the ultravisor (1.2), for which 4 us are allowed, twice, because a
 * dying guest has one CPU (6) and must share it; and a minute for all else.
 * Memory that is merely freed takes a twentieth of that (9). Pure.
 */
#ifndef HOST_CORE_DEADLINES_H
#define HOST_CORE_DEADLINES_H

#include <stdint.h>

/* An idle QEMU that was told to end has so long, until it is told more firmly.
 */
enum { EXIT_MS = 5000 };

/* destroy_ms() - an upper bound for @memory bytes, milliseconds */
uint32_t destroy_ms(uint64_t memory);

#endif
