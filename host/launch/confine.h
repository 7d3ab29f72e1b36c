/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/confine.h - the shim gives up what it does not need
 */
#ifndef HOST_LAUNCH_CONFINE_H
#define HOST_LAUNCH_CONFINE_H

#include <stdbool.h>

struct identity;

/*
 * confine_shim() - for good, and for whatever this process will execute
 * @who:	QEMU, which gets its rights from the shim if there is no
 *		launcher
 * @with_tap:	it makes the guest's link, at each start
 *
 * Before: the launcher and every socket of the runtime directory.
 * Return: 0; else -errno
 */
int confine_shim(const struct identity *who, bool with_tap);

#endif
