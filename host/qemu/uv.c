// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/uv.c - the ultravisor of this machine, as the kernel tells of it
 *
 * KVM's capability 224 is the product of the first two files (docs/facts.md, 1.1
 * and 1.5); "destroy fast" is a bit of the third (1.6). Anybody may read them,
 * /dev/kvm open or not.
 */
#include "host/qemu/uv.h"

#include <fcntl.h>
#include <stdlib.h>

#include "host/config/text.h"

static bool is_on(const char *path)
{
	char text[8];

	return text_read(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	       text[0] == '1';
}

bool uv_destroys_fast(const char *facilities)
{
	enum { BIT = 23, WORD = 64 }; /* bit 0 is the first word's highest */

	return strtoull(facilities, NULL, 16) >> (WORD - 1 - BIT) & 1;
}

struct uv_host uv_look(void)
{
	char facilities[128] = "";
	const bool hosts = is_on("/sys/firmware/uv/prot_virt_host");

	text_head("/sys/firmware/uv/query/facilities", facilities,
		  sizeof(facilities));
	return (struct uv_host){
		.hosts = hosts,
		.async = hosts &&
			 is_on("/sys/module/kvm/parameters/async_destroy"),
		.fast = uv_destroys_fast(facilities),
	};
}
