/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/accel.h - can this machine's processor run the guest?
 */
#ifndef HOST_LAUNCH_ACCEL_H
#define HOST_LAUNCH_ACCEL_H

struct appliance;
struct identity;

/*
 * accel_check() - accel = kvm, on this machine and for this user
 * @who:	will run QEMU
 * Return: 0; -EINVAL: the guest's architecture is another; else -errno of
 *	/dev/kvm; @error has the sentence
 */
int accel_check(const struct appliance *a, const struct identity *who,
		char *error);

#endif
