/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/probe_cache.h - what was found out about a QEMU, kept
 *
 *	/var/cache/reprise/qemu-HASH.json           root's
 *	$XDG_CACHE_HOME/reprise/qemu-HASH.json      others' (or ~/.cache)
 *
 * REPRISE_CACHE_DIR names another directory. HASH is that of the path; what is
 * in the file counts only for the very file that was asked: its path, device,
 * inode, size and time of change. A cache that is not there, cannot be written
 * or holds anything else costs the asking, and nothing more.
 */
#ifndef HOST_QEMU_PROBE_CACHE_H
#define HOST_QEMU_PROBE_CACHE_H

#include "host/qemu/probe.h"

/*
 * probe_cached() - probe_qemu(), unless this very file was asked before
 *
 * A script is always asked: what it starts may change without it.
 */
int probe_cached(const char *binary, const char *arch, int timeout_ms,
		 struct qemu_caps *caps, char *error);

/* probe_anew() - probe_qemu(), and the cache has what it found out */
int probe_anew(const char *binary, const char *arch, int timeout_ms,
	       struct qemu_caps *caps, char *error);

#endif
