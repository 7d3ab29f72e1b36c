// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/doctor.c - is this machine fit to run appliances?
 */
#include "host/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "common/array.h"
#include "common/utf8.h"

#include "host/doctor/kvm.h"

const struct probe doctor_probes[] = {
	{ "kernel", look_kernel },
	{ "QEMU", look_qemu },
	{ "KVM", look_kvm },
	{ "QEMU's user", look_user },
	{ "memory", look_memory },
	{ "memory ledger", look_ledger },
	{ "appliance's need", look_need },
	{ "overcommit", look_overcommit },
	{ "swap", look_swap },
	{ "pressure", look_psi },
	{ "runtime directory", look_run_size },
	{ "cgroup", look_cgroup },
	{ "systemd unit", look_unit },
	{ "Secure Execution", look_uv },
	{ "KVM, secure guests", look_kvm_secure },
	{ "async_destroy", look_async_destroy },
	{ "fast destroy", look_destroy_fast },
	{ "secure guests", look_max_guests },
	{ "fast reboot", look_fast_reboot },
};

const size_t doctor_probe_count = ARRAY_SIZE(doctor_probes);

struct patient doctor_patient(const struct appliance *a,
			      const struct image *image)
{
	static struct utsname host;

	uname(&host);
	return (struct patient){
		.root = "",
		.machine = host.machine,
		.appliance = a,
		.image = image,
		.systemctl = "systemctl",
		.try_kvm = kvm_try,
		.kvm_capability = kvm_capability,
	};
}

const char *level_name(enum level l)
{
	static const char *const names[LEVELS] = {
		[LEVEL_NONE] = "n/a",
		[LEVEL_OK] = "ok",
		[LEVEL_WARN] = "warn",
		[LEVEL_FAIL] = "fail",
	};

	return names[l];
}

void finding_set(struct finding *f, enum level level, const char *advice,
		 const char *found, ...)
{
	va_list ap;

	f->level = level;
	va_start(ap, found);
	vsnprintf(f->found, sizeof(f->found), found, ap);
	va_end(ap);
	snprintf(f->advice, sizeof(f->advice), "%s", advice);
	/* paths and programs say what they like */
	utf8_mend(f->found);
	utf8_mend(f->advice);
}
