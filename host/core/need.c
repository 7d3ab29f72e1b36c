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
} overheads[2][2] = {
	/* TCG, KVM */
	{ { 77415, 2458 }, { 47719, 768 } }, /* q35 */
	{ { 55911, 1946 }, { 32768, 574 } }, /* s390-ccw-virtio */
};

uint64_t need_bytes(const struct machine_size *m)
{
	const struct overhead *o = &overheads[m->s390x][m->kvm];
	uint64_t qemu = o->base_kib + (uint64_t)o->cpu_kib * m->cpus;

	return m->memory + m->memory / 1000 * PAGE_TABLES_PER_MILLE +
	       qemu * KIB + (m->s390x ? m->image_bytes : 0);
}
