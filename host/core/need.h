/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/need.h - how much memory of the host a generation takes
 *
 * need = guest memory + page tables for it + QEMU's own + on s390x a second
 * copy of kernel and initrd, which QEMU keeps for every reset (docs/facts.md
 * 9, 10.5). Everything is counted as if the guest had touched all it has. UV
 * donations are not counted: their sizes are not published (facts 1.6). Pure.
 */
#ifndef HOST_CORE_NEED_H
#define HOST_CORE_NEED_H

#include <stdbool.h>
#include <stdint.h>

enum machine_kind { KIND_Q35, KIND_MICROVM, KIND_S390X, MACHINE_KINDS };

struct machine_size {
	enum machine_kind kind;
	bool kvm; /* else TCG, whose translated code takes memory */
	uint32_t cpus;
	uint64_t memory;      /* of the guest, bytes */
	uint64_t image_bytes; /* kernel and initrd as they are booted */
};

/* need_bytes() - the most that one generation takes of the host, bytes */
uint64_t need_bytes(const struct machine_size *m);

#endif
