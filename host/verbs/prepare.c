// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/prepare.c - all that can be refused before anything starts
 */
#include "host/verbs/prepare.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

int prepare_config(const char *path, struct prepared *p, char *error)
{
	struct appliance *a = &p->appliance;
	int r = appliance_load(path, a, error);

	if (r < 0)
		return r;
	r = image_open(a->image, a->architecture[0] ? a->architecture : NULL,
		       &p->image, error);
	if (r < 0)
		return appliance_blame(
			a, r == -ENOTSUP ? a->line.architecture : a->line.image,
			r, error);
	r = appliance_complete(a, &p->image, error);
	if (r < 0)
		image_close(&p->image);
	return r;
}

static int check_kvm(const struct appliance *a, char *error)
{
	struct utsname host;

	if (uname(&host) == 0 && strcmp(host.machine, a->architecture) != 0)
		return sentence(error, -EINVAL,
				"accel = kvm, but the image is for %s and "
				"this machine is %s: write accel = tcg in "
				"[appliance]",
				a->architecture, host.machine);
	if (access("/dev/kvm", R_OK | W_OK) < 0)
		return sentence(error, -errno,
				"accel = kvm, but /dev/kvm: %s: write "
				"accel = tcg in [appliance], or see to it that "
				"this user may open /dev/kvm",
				strerror(errno));
	return 0;
}

int prepare_qemu(struct prepared *p, char *error)
{
	const struct appliance *a = &p->appliance;
	int r = a->accel == ACCEL_KVM ? check_kvm(a, error) : 0;

	if (r < 0)
		return appliance_blame(a, a->line.accel, r, error);
	r = probe_qemu(a->qemu, a->architecture, PROBE_MS, &p->caps, error);
	if (r == 0)
		return 0;
	/* Without a qemu of its own, it is the image's choice. */
	return appliance_blame(a, a->line.qemu ? a->line.qemu : a->line.image,
			       r, error);
}

void prepare_end(struct prepared *p)
{
	image_close(&p->image);
}
