// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/size.c - what an appliance's machine is, for those who measure
 */
#include "host/config/size.h"

#include <string.h>

#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/core/donation.h"

static enum machine_kind kind_of(const struct appliance *a)
{
	if (strcmp(a->architecture, "s390x") == 0)
		return KIND_S390X;
	return a->machine == MACHINE_MICROVM ? KIND_MICROVM : KIND_Q35;
}

static uint64_t donated(const struct appliance *a)
{
	if (!a->may_be_secure)
		return 0;
	return a->admission.donation ? a->admission.donation
				     : donation_assumed(a->memory, a->cpus);
}

struct machine_size appliance_size(const struct appliance *a,
				   const struct image *image)
{
	return (struct machine_size){
		.kind = kind_of(a),
		.kvm = a->accel == ACCEL_KVM,
		.cpus = a->cpus,
		.memory = a->memory,
		.image_bytes = image->kernel_bytes + image->initrd_bytes,
		.donated = donated(a),
		.again = a->donates_again ? donated(a) : 0,
	};
}
