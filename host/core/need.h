/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/need.h - how much memory of the host a generation takes
 *
 * need = guest memory + QEMU's own and page tables + on s390x a second copy of
 * kernel and initrd, which QEMU keeps for every reset (docs/facts.md 9, 10.5)
 * + what the ultravisor takes for a secure guest (host/core/donation.h).
 * Everything is counted as if the guest had touched all it has. Pure.
 */
#ifndef HOST_CORE_NEED_H
#define HOST_CORE_NEED_H

#include <stdbool.h>
#include <stdint.h>

enum machine_kind { KIND_Q35, KIND_MICROVM, KIND_S390X, MACHINE_KINDS };

struct machine_size {
	enum machine_kind kind;
	bool kvm; /* else TCG: need_code_mib() */
	uint32_t cpus;
	uint64_t memory;      /* of the guest, bytes */
	uint64_t image_bytes; /* kernel and initrd as they are booted */
	uint64_t donated;     /* to the ultravisor; 0: it cannot be secure */
	uint64_t again; /* of them: a second time, while a secure guest that
			 * was reset in place is destroyed */
};

/* The terms of need_bytes(), bytes. */
struct need {
	uint64_t guest, qemu, image, donated;
};

/* What one generation is promised as it starts, bytes, for as long as it lives. */
struct stake {
	uint64_t need;		 /* all of it: need_bytes() */
	uint64_t donated, again; /* as of struct machine_size */
};

/*
 * need_code_mib() - how much memory TCG may take for translated code, MiB
 *
 * QEMU is told so: by itself it takes 1 GiB, and a reset frees none of it
 * (docs/facts.md 11).
 */
uint32_t need_code_mib(uint32_t cpus);

struct need need_of(const struct machine_size *m);

/* need_bytes() - the most that one generation takes of the host, bytes */
uint64_t need_bytes(const struct machine_size *m);

/* need_stake() - of a generation that starts now */
struct stake need_stake(const struct machine_size *m);

#endif
