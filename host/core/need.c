// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/need.c - how much memory of the host a generation takes
 *
 * Theory of operation: a table of what QEMU 7.2 takes for itself, measured as
 * RSS minus guest memory with all of it touched, in KiB, and how much more for
 * each vCPU (docs/facts.md 9). Host page tables are 0.2 % of guest memory.
 */
#include "host/core/need.h"

enum { KIB = 1024, PAGE_TABLES_PER_MILLE = 2 };

static const struct overhead {
	uint32_t base_kib, cpu_kib;
} overheads[MACHINE_KINDS][2] = {
	/* TCG, KVM */
	[KIND_Q35] = { { 77415, 2458 }, { 47719, 768 } },
	[KIND_MICROVM] = { { 70554, 2048 }, { 45261, 645 } },
	[KIND_S390X] = { { 55911, 1946 }, { 32768, 574 } },
};

struct need need_of(const struct machine_size *m)
{
	const struct overhead *o = &overheads[m->kind][m->kvm];
	uint64_t kib = o->base_kib + (uint64_t)o->cpu_kib * m->cpus;

	return (struct need){
		.guest = m->memory,
		.qemu = kib * KIB + m->memory / 1000 * PAGE_TABLES_PER_MILLE,
		.image = m->kind == KIND_S390X ? m->image_bytes : 0,
		.donated = m->donated,
	};
}

uint64_t need_bytes(const struct machine_size *m)
{
	const struct need n = need_of(m);

	return n.guest + n.qemu + n.image + n.donated;
}

struct stake need_stake(const struct machine_size *m)
{
	return (struct stake){ need_bytes(m), m->donated, m->again };
}
