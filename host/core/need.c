// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/need.c - how much memory of the host a generation takes
 *
 * Theory of operation: a table of what QEMU 7.2 takes for itself, measured as
 * RSS minus guest memory with all of it touched, in KiB, and how much more for
 * each vCPU, both without translated code (docs/facts.md 9). That grows with
 * all that a guest executes, and with each reset, so it is counted in full.
 * Host page tables are 0.2 % of guest memory.
 */
#include "host/core/need.h"

enum {
	KIB = 1024,
	PAGE_TABLES_PER_MILLE = 2,
	CODE_MIB = 64,
	CODE_CPU_MIB = 2, /* a region of its own (QEMU tcg/region.c) */
};

static const struct overhead {
	uint32_t base_kib, cpu_kib;
} overheads[MACHINE_KINDS] = {
	[KIND_Q35] = { 47719, 768 },
	[KIND_MICROVM] = { 45261, 645 },
	[KIND_S390X] = { 32768, 574 },
};

uint32_t need_code_mib(uint32_t cpus)
{
	return CODE_MIB + CODE_CPU_MIB * cpus;
}

struct need need_of(const struct machine_size *m)
{
	const struct overhead *o = &overheads[m->kind];
	uint64_t kib = o->base_kib + (uint64_t)o->cpu_kib * m->cpus;
	uint64_t code = m->kvm ? 0 : (uint64_t)need_code_mib(m->cpus);

	return (struct need){
		.guest = m->memory,
		.qemu = (kib + code * KIB) * KIB +
			m->memory / 1000 * PAGE_TABLES_PER_MILLE,
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
