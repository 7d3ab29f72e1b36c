/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/donation.h - what the ultravisor takes of the host for a guest
 *
 * Theory of operation: for each secure guest KVM donates memory of the kernel
 * (docs/facts.md, 1.6): a base and a piece for each CPU, each contiguous, and
 * one that grows with the guest's memory, touched or not. How large they are
 * the ultravisor tells the kernel, and the kernel nobody. So they are assumed,
 * rather too large than too small; who has measured them says so (donation in
 * reprise.conf(5)). Pure.
 */
#ifndef HOST_CORE_DONATION_H
#define HOST_CORE_DONATION_H

#include <stdint.h>

/*
 * donation_assumed() - the donations for one secure guest, bytes
 * @memory:	to the end of its highest slot, bytes
 */
uint64_t donation_assumed(uint64_t memory, uint32_t cpus);

#endif
