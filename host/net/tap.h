/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/net/tap.h - the guest's link on a bridge of this machine
 *
 * Theory of operation: a tap device lives as long as somebody has it open, so
 * none is ever left behind: not after a crash of the shim, for then it is
 * QEMU's, and not after QEMU's. The shim makes it before the first QEMU and
 * hands it to each, so that the bridge keeps its port over a restart, and does
 * not learn and (with the spanning tree protocol) wait anew. The bridge is the
 * administrator's: it must be there, and is never made here.
 */
#ifndef HOST_NET_TAP_H
#define HOST_NET_TAP_H

#include "host/config/appliance.h"

/*
 * tap_name() - the device's name: rp-NAME; or, where that is too long for the
 *	kernel, rp-, the name's beginning and a hash of all of it
 */
void tap_name(const char *appliance, char name[static LINK_NAME_SIZE]);

/*
 * tap_mac() - an address for the guest that is always the same, and that no
 *	other appliance of this or of another machine has: locally administered,
 *	from a hash of both names
 * @machine:	what no other machine has, as of machine-id(5)
 */
void tap_mac(const char *machine, const char *appliance,
	     char mac[static MAC_SIZE]);

/*
 * tap_check() - is the bridge there, and may we make links?
 * Return: 0; -ENODEV, -EPERM, and @error says so with the line of the file
 */
int tap_check(const struct appliance *a, char *error);

/*
 * tap_open() - make the device, put it on the bridge, set it going
 *
 * Needs CAP_NET_ADMIN and /dev/net/tun.
 * @a:		of mode = tap, its mac known
 * Return: a descriptor for QEMU (vnet headers), CLOEXEC, whose last copy's end
 *	is the device's; else -errno, and @error has the sentence
 */
int tap_open(const struct appliance *a, char *error);

/*
 * tap_ready() - tap_open() where it is due: a shim that took over has none
 *	until its own first launch
 * @fd:		-1: none yet; written on success
 * Return: 0; else as tap_open()
 */
int tap_ready(const struct appliance *a, int *fd, char *error);

/*
 * tap_vhost() - let the kernel copy the frames, for a QEMU that uses KVM
 * Return: a descriptor of /dev/vhost-net, one for each QEMU; -1: do without
 */
int tap_vhost(const struct appliance *a);

#endif
