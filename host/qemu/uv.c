// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/uv.c - the ultravisor of this machine, as the kernel tells of it
 *
 * KVM's capability 224 is the product of these two files (docs/facts.md, 1.1
 * and 1.5), which anybody may read, /dev/kvm open or not.
 */
#include "host/qemu/uv.h"

#include <fcntl.h>

#include "host/config/text.h"

static bool is_on(const char *path)
{
	char text[8];

	return text_read(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	       text[0] == '1';
}

struct uv_host uv_look(void)
{
	const bool hosts = is_on("/sys/firmware/uv/prot_virt_host");

	return (struct uv_host){
		.hosts = hosts,
		.async = hosts &&
			 is_on("/sys/module/kvm/parameters/async_destroy"),
	};
}
