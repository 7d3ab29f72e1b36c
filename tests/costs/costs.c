// SPDX-License-Identifier: Apache-2.0
/*
 * tests/costs/costs.c - what each way to restart a secure guest would cost
 */
#include "tests/costs/costs.h"

#include "tests/pvmodel/pv.h"

#define GIB (UINT64_C(1) << 30)

enum {
	QUIESCE_US = 50000, /* the guest makes itself quiet */
	RESET_US = 7000,    /* s390-ccw-virtio, but for the memory */
	EXIT_US = 15000,    /* QEMU, but for the memory */
	START_US = 60000,   /* QEMU, to its first cont */
	BOOT_US = 1000000,  /* the guest, to READY */
};

const uint32_t costs_gib[COSTS_SIZES] = { 64, 128, 256, 512, 1024, 2048 };
const uint32_t costs_page_ns[COSTS_PAGES] = { 500, 1000, 2000, 4000 };

static struct pv guest(uint64_t memory, uint32_t page_ns)
{
	struct pv v = {
		.host = { .qemu = 1002, .page_ns = page_ns },
		.memory = memory,
	};

	pv_enter(&v);
	return v;
}

struct cost costs_of(enum way w, uint64_t memory, uint32_t page_ns)
{
	struct pv v = guest(memory, page_ns);
	uint64_t relaunch_us = EXIT_US + START_US + BOOT_US;
	struct cost c = { .down_us = QUIESCE_US, .peak = memory };

	switch (w) {
	case WAY_IN_PLACE:
		c.down_us += pv_reset(&v).deaf_us + RESET_US + BOOT_US;
		break;
	case WAY_VIRSH_ASYNC:
		c.down_us = 0; /* nobody asks the guest */
			       /* fall through */
	case WAY_OVERLAP:
		c.down_us += relaunch_us;
		c.peak += memory;
		c.held_us = pv_exit(&v).us;
		break;
	case WAY_VIRSH:
		c.down_us = 0;
		/* fall through */
	case WAY_DRAIN_FIRST:
		c.down_us += pv_exit(&v).us + relaunch_us;
		break;
	case WAYS:
		break;
	}
	return c;
}

const char *costs_way(enum way w)
{
	static const char *const names[WAYS] = {
		[WAY_IN_PLACE] = "in place",
		[WAY_OVERLAP] = "overlap",
		[WAY_DRAIN_FIRST] = "drain first",
		[WAY_VIRSH] = "destroy; start",
		[WAY_VIRSH_ASYNC] = "the same, async",
	};

	return names[w];
}
