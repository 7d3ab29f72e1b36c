// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/able.c - can this QEMU do what the appliance wants? (pure)
 *
 * Theory of operation: the file was looked at without any QEMU
 * (host/config/fit.c); what is left is a machine or an object that this binary
 * was built without. Better one sentence here than QEMU's own after the start.
 */
#include "host/qemu/able.h"

#include <errno.h>
#include <string.h>

enum qemu_machine able_machine(const struct appliance *a)
{
	if (strcmp(a->architecture, "s390x") == 0)
		return QEMU_CCW;
	return a->machine == MACHINE_MICROVM ? QEMU_MICROVM : QEMU_Q35;
}

void able_settle(struct appliance *a, const struct qemu_caps *caps, bool host)
{
	if (a->secure != SECURE_AUTO)
		return;
	a->secure = host && a->accel == ACCEL_KVM && caps->pv_guest &&
				    able_machine(a) == QEMU_CCW
			    ? SECURE_YES
			    : SECURE_NO;
}

static int check_machine(const struct appliance *a,
			 const struct qemu_caps *caps, char *error)
{
	enum qemu_machine m = able_machine(a);

	if (caps->machine[m])
		return 0;
	sentence(error, -ENOTSUP,
		 "%s: QEMU %d.%d.%d was built without the machine %s: %s",
		 caps->path, caps->major, caps->minor, caps->micro,
		 qemu_machine_names[m],
		 m == QEMU_MICROVM ? "write machine = default"
				   : "write qemu = PATH of another one in "
				     "[appliance]");
	return appliance_blame(a,
			       a->line.machine ? a->line.machine : a->line.qemu,
			       -ENOTSUP, error);
}

int able_check(const struct appliance *a, const struct qemu_caps *caps,
	       bool host, char *error)
{
	int r = check_machine(a, caps, error);

	if (r < 0 || a->secure != SECURE_YES)
		return r;
	if (!caps->pv_guest)
		r = sentence(error, -ENOTSUP,
			     "secure = yes, but %s was built without "
			     "s390-pv-guest: install one for KVM on s390x, or "
			     "write secure = no",
			     caps->path);
	else if (!host)
		r = sentence(error, -ENOTSUP,
			     "secure = yes, but this machine hosts no secure "
			     "guests: boot it with prot_virt=1, or write "
			     "secure = no");
	return r < 0 ? appliance_blame(a, a->line.secure, r, error) : 0;
}

const char *able_warning(const struct qemu_caps *caps, unsigned int i)
{
	const char *const all[] = {
		caps->teardown == TEARDOWN_NONE
			? "this QEMU has no async teardown: its end takes as "
			  "long as its memory takes to free"
			: NULL,
		caps->sandbox ? NULL
			      : "this QEMU was built without seccomp: it runs "
				"without a sandbox",
	};
	unsigned int found = 0;

	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		if (all[k] && found++ == i)
			return all[k];
	return NULL;
}
