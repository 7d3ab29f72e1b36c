// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/confine.c - the shim gives up what it does not need
 *
 * Theory of operation: of root's capabilities a few have a use after the start;
 * the rest go, and no_new_privs keeps them away. There is no seccomp filter: it
 * would be inherited by QEMU and by the program of a live upgrade, which need
 * other system calls. As user 0 the shim still owns root's files; a shim that
 * is another user (reprise@.service) does not.
 */
#include "host/launch/confine.h"

#include <linux/capability.h>

#include "host/launch/identity.h"
#include "host/launch/rights.h"

static const uint64_t needed =
	RIGHT(CAP_KILL) |	  /* QEMU is another user */
	RIGHT(CAP_DAC_OVERRIDE) | /* disks of others, at each start */
	RIGHT(CAP_SYSLOG);	  /* the kernel's word when memory was short */

int confine_shim(const struct identity *who, bool with_tap)
{
	uint64_t tap = with_tap ? RIGHT(CAP_NET_ADMIN) : 0;

	return rights_keep(needed | tap | who->rights);
}
