/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/able.h - can this QEMU do what the appliance wants? (pure)
 */
#ifndef HOST_QEMU_ABLE_H
#define HOST_QEMU_ABLE_H

#include <stdbool.h>

#include "host/config/appliance.h"
#include "host/qemu/probe.h"
#include "host/qemu/uv.h"

/* able_machine() - the machine that @a means; it has its architecture */
enum qemu_machine able_machine(const struct appliance *a);

/*
 * able_settle() - what a secure guest would be like here
 *
 * Sets may_be_secure of @a, which `secure = auto` leaves open, and donates_again.
 */
void able_settle(struct appliance *a, const struct qemu_caps *caps,
		 const struct uv_host *uv);

/*
 * able_check() - what the appliance wants against what was probed
 * @a:		of able_settle()
 * Return: 0; -ENOTSUP, and @error says which line of the file is to be changed
 */
int able_check(const struct appliance *a, const struct qemu_caps *caps,
	       const struct uv_host *uv, char *error);

/* Why a reboot in place would wait for the old guest's memory. */
struct hindrance {
	const char *found, *advice; /* static */
};

/*
 * able_hindrance() - is a secure guest's reset the destroy of all its memory?
 * @caps:	NULL: not probed
 * Sources: docs/facts.md, 1.2, 1.5, 2.3.
 * Return: the first thing that makes it so; NULL: nothing that is known
 */
const struct hindrance *able_hindrance(const struct appliance *a,
				       const struct qemu_caps *caps,
				       const struct uv_host *uv);

/*
 * able_warning() - what runs, but perhaps not as it was meant
 * @a:		of able_settle()
 * @i:		0, 1, ... until there is no more
 * Return: a static sentence; NULL
 */
const char *able_warning(const struct appliance *a,
			 const struct qemu_caps *caps, const struct uv_host *uv,
			 unsigned int i);

#endif
