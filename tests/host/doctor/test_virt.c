// SPDX-License-Identifier: Apache-2.0
/*
 * What the doctor says of KVM and of Secure Execution.
 */
#include "host/doctor/doctor.h"
#include "host/qemu/probe.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/host/doctor/machine.h"

static void kvm_is_judged_by_the_guest_not_by_the_device(void **state)
{
	(void)state;
	machine_found(look_kvm, LEVEL_WARN, "/dev/kvm: No such file");
	patient.appliance = &appliance; /* which wants it */
	machine_found(look_kvm, LEVEL_FAIL, "/dev/kvm: No such file");
	machine_put("dev/kvm", "");
	kvm_result = KVM_HANGS;
	machine_found(look_kvm, LEVEL_FAIL, "does not end");
	kvm_result = KVM_FAILS;
	machine_found(look_kvm, LEVEL_FAIL, "KVM_RUN: Bad address");
}

static void kvm_that_firmware_does_not_run_under_is_not_well(void **state)
{
	(void)state;
	machine_put("dev/kvm", "");
	kvm_result = KVM_RUNS;
	strcpy(appliance.qemu, qemu);
	patient.appliance = &appliance;
	machine_put("qemu",
		    "#!/bin/sh\necho 'qemu: failed to set MSR' >&2\nexit 1\n");
	machine_found(look_kvm, LEVEL_FAIL, "qemu: failed to set MSR");
	machine_put("qemu",
		    "#!/bin/sh\necho 'LOADPARM=[        ]'\nexec sleep 60\n");
	machine_found(look_kvm, LEVEL_OK, "and QEMU's firmware");
}

static void secure_probes_do_not_concern_other_machines(void **state)
{
	static probe_fn *const probes[] = { look_uv, look_kvm_secure,
					    look_async_destroy,
					    look_destroy_fast,
					    look_max_guests };

	(void)state;
	patient.machine = "x86_64";
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		machine_found(probes[i], LEVEL_NONE, "no s390x");
}

static void prot_virt_host_is_read(void **state)
{
	(void)state;
	machine_found(look_uv, LEVEL_WARN, "no ultravisor");
	machine_put("sys/firmware/uv/prot_virt_host", "0\n");
	machine_found(look_uv, LEVEL_WARN, "off");
	machine_put("sys/firmware/uv/prot_virt_host", "1\n");
	machine_found(look_uv, LEVEL_OK, "on");
}

static void kvm_capabilities_are_asked_for(void **state)
{
	(void)state;
	capabilities[180] = -EACCES;
	machine_found(look_kvm_secure, LEVEL_WARN, "Permission denied");
	capabilities[180] = 0;
	machine_found(look_kvm_secure, LEVEL_WARN, "capability 180");
	capabilities[180] = 1;
	machine_found(look_kvm_secure, LEVEL_WARN, "capability 224");
	capabilities[224] = 1;
	machine_found(look_kvm_secure, LEVEL_OK, "in the background");
	capabilities[217] = 1;
	machine_found(look_kvm_secure, LEVEL_OK, "dumps");
}

static void destroy_fast_is_bit_23_from_the_left(void **state)
{
	(void)state;
	machine_found(look_destroy_fast, LEVEL_NONE, "is off");
	machine_put("sys/firmware/uv/prot_virt_host", "1\n");
	machine_found(look_destroy_fast, LEVEL_WARN, "cannot be read");
	machine_put("sys/firmware/uv/query/facilities",
		    "fffffeffffffffff\n0000000000000000\n");
	machine_found(look_destroy_fast, LEVEL_WARN, "not in this ultravisor");
	machine_put("sys/firmware/uv/query/facilities",
		    "0000010000000000\n0000000000000000\n");
	machine_found(look_destroy_fast, LEVEL_OK, "at once");
}

static void max_guests_is_read(void **state)
{
	(void)state;
	machine_put("sys/firmware/uv/prot_virt_host", "1\n");
	machine_found(look_max_guests, LEVEL_WARN, "cannot be read");
	machine_put("sys/firmware/uv/query/max_guests", "1021\n");
	machine_found(look_max_guests, LEVEL_OK, "at most 1021");
}

static void fast_reboot_names_the_first_hindrance(void **state)
{
	(void)state;
	machine_found(look_fast_reboot, LEVEL_NONE, "no appliance file");
	patient.appliance = &appliance;
	machine_found(look_fast_reboot, LEVEL_WARN, "runs no secure guest");
	machine_put("sys/firmware/uv/prot_virt_host", "1\n");
	machine_found(look_fast_reboot, LEVEL_WARN, "does not destroy");
	machine_put("sys/module/kvm/parameters/async_destroy", "1\n");
	capabilities[224] = 1;
	machine_found(look_fast_reboot, LEVEL_OK, "in the background");
	patient.caps = &(const struct qemu_caps){ .major = 7 };
	machine_found(look_fast_reboot, LEVEL_WARN, "before 8.0");
	patient.caps = NULL;
	appliance.memory = 2 * GIB;
	machine_found(look_fast_reboot, LEVEL_WARN, "2 GiB or less");
	appliance.secure = SECURE_NO;
	machine_found(look_fast_reboot, LEVEL_OK, "not secure");
}

static void async_destroy_that_is_off_is_a_warning(void **state)
{
	(void)state;
	machine_found(look_async_destroy, LEVEL_WARN, "off");
	machine_put("sys/module/kvm/parameters/async_destroy", "0\n");
	machine_found(look_async_destroy, LEVEL_WARN, "off");
	machine_put("sys/module/kvm/parameters/async_destroy", "1\n");
	machine_found(look_async_destroy, LEVEL_OK, "on");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(kvm_is_judged_by_the_guest_not_by_the_device),
		ON_MACHINE(kvm_that_firmware_does_not_run_under_is_not_well),
		ON_MACHINE(secure_probes_do_not_concern_other_machines),
		ON_MACHINE(prot_virt_host_is_read),
		ON_MACHINE(kvm_capabilities_are_asked_for),
		ON_MACHINE(destroy_fast_is_bit_23_from_the_left),
		ON_MACHINE(max_guests_is_read),
		ON_MACHINE(fast_reboot_names_the_first_hindrance),
		ON_MACHINE(async_destroy_that_is_off_is_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
