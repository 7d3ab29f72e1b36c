// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/accel.c - can this machine's processor run the guest?
 */
#include "host/launch/accel.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/config/appliance.h"
#include "host/launch/identity.h"

int accel_check(const struct appliance *a, const struct identity *who,
		char *error)
{
	struct utsname host;
	int r;

	if (uname(&host) == 0 && strcmp(host.machine, a->architecture) != 0)
		return sentence(error, -EINVAL,
				"accel = kvm, but the image is for %s and "
				"this machine is %s: write accel = tcg in "
				"[appliance]",
				a->architecture, host.machine);
	r = identity_may(who, "/dev/kvm", R_OK | W_OK);
	if (r < 0)
		return sentence(error, r,
				"accel = kvm, but /dev/kvm: %s: write "
				"accel = tcg in [appliance], or see to it that "
				"user %s may open /dev/kvm",
				strerror(-r), who->name);
	return 0;
}
