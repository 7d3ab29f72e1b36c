/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/uv.h - the ultravisor of this machine, as the kernel tells of it
 */
#ifndef HOST_QEMU_UV_H
#define HOST_QEMU_UV_H

#include <stdbool.h>

struct uv_host {
	bool hosts; /* secure guests: docs/facts.md, 4 */
	bool async; /* and KVM may destroy one in the background: 1.5 */
	bool fast;  /* and PREPARE gives its donations back: 1.6 */
};

/*
 * uv_destroys_fast() - does it know "destroy fast", bit 23?
 * @facilities:	as /sys/firmware/uv/query has them
 */
bool uv_destroys_fast(const char *facilities);

/* uv_look() - of this machine; nothing where there is no ultravisor */
struct uv_host uv_look(void);

#endif
