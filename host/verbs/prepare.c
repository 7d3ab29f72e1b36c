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
		return r;
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
				"%s: accel = kvm, but the image is for %s and "
				"this machine is %s: write accel = tcg in "
				"[appliance]",
				a->name, a->architecture, host.machine);
	if (access("/dev/kvm", R_OK | W_OK) < 0)
		return sentence(error, -errno,
				"%s: accel = kvm, but /dev/kvm: %s: write "
				"accel = tcg in [appliance], or see to it that "
				"this user may open /dev/kvm",
				a->name, strerror(errno));
	return 0;
}

int prepare_qemu(struct prepared *p, char *error)
{
	const struct appliance *a = &p->appliance;
	int r = a->accel == ACCEL_KVM ? check_kvm(a, error) : 0;

	return r < 0 ? r
		     : probe_qemu(a->qemu, a->architecture, PROBE_MS, &p->caps,
				  error);
}

void prepare_end(struct prepared *p)
{
	image_close(&p->image);
}
