// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/donation.c - what the ultravisor takes of the host for a guest
 *
 * All of it is assumed (docs/facts.md, 1.6): 1 MiB for the guest and for each
 * CPU, to which KVM adds a page, of the 4 MiB that a contiguous piece can have
 * at most; 1 MiB more for the guest; and 64 bytes for each of its pages, whose
 * index, counter and integrity value the ultravisor keeps.
 */
#include "host/core/donation.h"

enum { MIB = 1 << 20, PAGE = 4096, ENTRY = 64 };

uint64_t donation_assumed(uint64_t memory, uint32_t cpus)
{
	return 2 * MIB + (uint64_t)cpus * (MIB + PAGE) + memory / PAGE * ENTRY;
}
