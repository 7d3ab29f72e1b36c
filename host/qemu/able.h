/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/able.h - can this QEMU do what the appliance wants? (pure)
 */
#ifndef HOST_QEMU_ABLE_H
#define HOST_QEMU_ABLE_H

#include <stdbool.h>

#include "host/config/appliance.h"
#include "host/qemu/probe.h"

/* able_machine() - the machine that @a means; it has its architecture */
enum qemu_machine able_machine(const struct appliance *a);

/*
 * able_settle() - make `secure = auto` one of yes and no
 * @host:	does this machine say that it hosts secure guests?
 */
void able_settle(struct appliance *a, const struct qemu_caps *caps, bool host);

/*
 * able_check() - what the appliance wants against what was probed
 * @a:		of able_settle()
 * @host:	as for able_settle()
 * Return: 0; -ENOTSUP, and @error says which line of the file is to be changed
 */
int able_check(const struct appliance *a, const struct qemu_caps *caps,
	       bool host, char *error);

/*
 * able_warning() - what this QEMU lacks and can be lived without
 * @i:		0, 1, ... until there is no more
 * Return: a static sentence; NULL
 */
const char *able_warning(const struct qemu_caps *caps, unsigned int i);

#endif
