// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/secure.c - probes: IBM Secure Execution
 *
 * Sources: docs/facts.md, 1.1 (capabilities), 1.2 (what PREPARE refuses), 1.5
 * (async_destroy), 1.6 (facilities).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "host/config/appliance.h"
#include "host/doctor/doctor.h"
#include "host/doctor/reading.h"
#include "host/qemu/able.h"

enum {
	CAP_PROTECTED = 180,
	CAP_PROTECTED_DUMP = 217,
	CAP_PROTECTED_ASYNC = 224,
};

static const char prot_virt[] = "/sys/firmware/uv/prot_virt_host";

static bool is_s390x(const struct patient *p, struct finding *f)
{
	if (strcmp(p->machine, "s390x") == 0)
		return true;
	finding_set(f, LEVEL_NONE, "", "this machine is no s390x");
	return false;
}

static bool has_uv(const struct patient *p)
{
	uint64_t on;

	return reading_number(p->root, prot_virt, &on) && on;
}

void look_uv(const struct patient *p, struct finding *f)
{
	char text[16];
	int r;

	if (!is_s390x(p, f))
		return;
	r = reading_text(p->root, prot_virt, text, sizeof(text));
	if (has_uv(p))
		finding_set(f, LEVEL_OK, "", "on");
	else if (r == -ENOENT)
		finding_set(f, LEVEL_WARN,
			    "a secure guest needs an LPAR of z15, LinuxONE III "
			    "or newer",
			    "%s is not there: no ultravisor", prot_virt);
	else
		finding_set(f, LEVEL_WARN,
			    "boot this machine with prot_virt=1; if it was, "
			    "see `dmesg | grep -i prot`",
			    "off (%s is '%s')", prot_virt, text);
}

void look_kvm_secure(const struct patient *p, struct finding *f)
{
	int host, dump, async;

	if (!is_s390x(p, f))
		return;
	host = p->kvm_capability("/dev/kvm", CAP_PROTECTED);
	dump = p->kvm_capability("/dev/kvm", CAP_PROTECTED_DUMP);
	async = p->kvm_capability("/dev/kvm", CAP_PROTECTED_ASYNC);
	if (host < 0)
		finding_set(f, LEVEL_WARN, "see KVM", "/dev/kvm: %s",
			    strerror(-host));
	else if (!host)
		finding_set(f, LEVEL_WARN, "see Secure Execution",
			    "no secure guests (capability %d)", CAP_PROTECTED);
	else if (async <= 0)
		finding_set(f, LEVEL_WARN,
			    "run Linux 6.2 or newer, without "
			    "kvm.async_destroy=0",
			    "secure guests, but none is destroyed in the "
			    "background (capability %d)",
			    CAP_PROTECTED_ASYNC);
	else
		finding_set(f, LEVEL_OK, "",
			    "secure guests, destroyed in the background%s",
			    dump > 0 ? ", dumps" : "");
}

static bool async_destroy(const struct patient *p)
{
	char text[8];

	return reading_text(p->root, "/sys/module/kvm/parameters/async_destroy",
			    text, sizeof(text)) == 0 &&
	       (text[0] == '1' || text[0] == 'Y');
}

void look_async_destroy(const struct patient *p, struct finding *f)
{
	if (!is_s390x(p, f))
		return;
	if (async_destroy(p))
		finding_set(f, LEVEL_OK, "", "on");
	else
		finding_set(f, LEVEL_WARN,
			    "boot without kvm.async_destroy=0; it is of Linux "
			    "6.2",
			    "off, or this kernel does not know it: a reboot in "
			    "place waits for the old guest's memory");
}

void look_destroy_fast(const struct patient *p, struct finding *f)
{
	char facilities[128];

	if (!is_s390x(p, f))
		return;
	if (!has_uv(p))
		finding_set(f, LEVEL_NONE, "", "Secure Execution is off");
	else if (reading_text(p->root, "/sys/firmware/uv/query/facilities",
			      facilities, sizeof(facilities)) < 0)
		finding_set(f, LEVEL_WARN, "run Linux 6.2 or newer",
			    "/sys/firmware/uv/query/facilities cannot be read");
	else if (uv_destroys_fast(facilities))
		finding_set(f, LEVEL_OK, "",
			    "the ultravisor gives a guest's donations back at "
			    "once");
	else
		finding_set(f, LEVEL_WARN,
			    "leave memory for one more guest's donations: "
			    "where it lacks, a reboot becomes a full restart",
			    "not in this ultravisor: an old guest keeps its "
			    "donations until it is destroyed");
}

void look_max_guests(const struct patient *p, struct finding *f)
{
	uint64_t most;

	if (!is_s390x(p, f))
		return;
	if (!has_uv(p))
		finding_set(f, LEVEL_NONE, "", "Secure Execution is off");
	else if (!reading_number(p->root, "/sys/firmware/uv/query/max_guests",
				 &most))
		finding_set(f, LEVEL_WARN, "run Linux 5.9 or newer",
			    "/sys/firmware/uv/query/max_guests cannot be read");
	else
		finding_set(f, LEVEL_OK, "",
			    "at most %" PRIu64 " at a time, those that are "
			    "being destroyed among them",
			    most);
}

static struct uv_host uv_of(const struct patient *p)
{
	return (struct uv_host){
		.hosts = has_uv(p),
		.async = async_destroy(p) &&
			 p->kvm_capability("/dev/kvm", CAP_PROTECTED_ASYNC) > 0,
	};
}

void look_fast_reboot(const struct patient *p, struct finding *f)
{
	const struct appliance *a = p->appliance;
	const struct uv_host uv = uv_of(p);

	if (!a)
		finding_set(f, LEVEL_NONE, "", "no appliance file was named");
	else if (a->secure == SECURE_NO || a->accel != ACCEL_KVM ||
		 strcmp(a->architecture, "s390x") != 0)
		finding_set(f, LEVEL_OK, "",
			    "nothing to destroy: this guest is not secure");
	else if (!uv.hosts)
		finding_set(f, LEVEL_WARN, "see Secure Execution",
			    "no: this machine runs no secure guest");
	else if (able_hindrance(a, p->caps, &uv))
		finding_set(f, LEVEL_WARN,
			    able_hindrance(a, p->caps, &uv)->advice, "no: %s",
			    able_hindrance(a, p->caps, &uv)->found);
	else
		finding_set(f, LEVEL_OK, "",
			    "a secure guest is destroyed in the background, "
			    "but for its first 2 GiB");
}
