// SPDX-License-Identifier: Apache-2.0
/*
 * Each probe on a machine made of files.
 */
#include "host/doctor/doctor.h"
#include "host/qemu/probe.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/appliance.h"
#include "host/memory/ledger.h"
#include "tests/host/scratch.h"

#define GIB (UINT64_C(1) << 30)

static struct scratch root;
static struct appliance appliance;
static struct patient patient;
static struct finding f;
static char systemctl[SCRATCH_PATH], qemu[SCRATCH_PATH];
static enum kvm_try kvm_result;
static int capabilities[256];

static enum kvm_try fake_kvm(const char *device, char *why)
{
	(void)device;
	snprintf(why, FINDING_TEXT, "KVM_RUN: %s", strerror(EFAULT));
	return kvm_result;
}

static int fake_capability(const char *device, int capability)
{
	assert_string_equal(device, "/dev/kvm");
	return capabilities[capability];
}

/* A file below the root, with the directories to it. */
static void put(const char *path, const char *text)
{
	char full[SCRATCH_PATH];

	scratch_path(&root, path, full);
	for (char *at = full + strlen(root.dir) + 1; (at = strchr(at, '/'));
	     *at++ = '/') {
		*at = '\0';
		mkdir(full, 0755);
	}
	scratch_write(&root, path, text, strlen(text), 0755);
}

static int set_up(void **state)
{
	(void)state;
	scratch_make(&root);
	memset(capabilities, 0, sizeof(capabilities));
	appliance = (struct appliance){ .name = "web",
					.architecture = "s390x",
					.accel = ACCEL_KVM,
					.secure = SECURE_YES,
					.memory = 4 * GIB };
	scratch_path(&root, "systemctl", systemctl);
	scratch_path(&root, "qemu", qemu);
	patient = (struct patient){ .root = root.dir,
				    .machine = "s390x",
				    .systemctl = systemctl,
				    .try_kvm = fake_kvm,
				    .kvm_capability = fake_capability };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&root);
	return 0;
}

static void assert_found(probe_fn *look, enum level level, const char *part)
{
	f = (struct finding){ .level = LEVELS };
	look(&patient, &f);
	if (!strstr(f.found, part))
		print_error("found: %s\n", f.found);
	assert_int_equal(f.level, level);
	assert_non_null(strstr(f.found, part));
	if (level >= LEVEL_WARN)
		assert_true(f.advice[0] || strstr(f.found, "mount"));
}

static void kernel_that_is_too_old_fails(void **state)
{
	(void)state;
	put("proc/sys/kernel/osrelease", "5.10.0-20-amd64\n");
	assert_found(look_kernel, LEVEL_FAIL, "5.10.0-20-amd64: too old");
	put("proc/sys/kernel/osrelease", "5.14.0\n");
	assert_found(look_kernel, LEVEL_OK, "before 6.15");
	put("proc/sys/kernel/osrelease", "6.18.1\n");
	assert_found(look_kernel, LEVEL_OK, "Linux 6.18.1");
	put("proc/sys/kernel/osrelease", "garbage\n");
	assert_found(look_kernel, LEVEL_FAIL, "garbage");
}

static void memory_is_compared_with_the_appliances(void **state)
{
	(void)state;
	put("proc/meminfo", "MemTotal:       8388608 kB\n"
			    "MemAvailable:   2097152 kB\n");
	assert_found(look_memory, LEVEL_OK, "2048 MiB of 8192 MiB");
	patient.appliance = &appliance;
	assert_found(look_memory, LEVEL_WARN, "wants 4096 MiB, 2048");
	appliance.memory = 16 * GIB;
	assert_found(look_memory, LEVEL_FAIL, "this machine has 8192");
	put("proc/meminfo", "nonsense");
	assert_found(look_memory, LEVEL_WARN, "does not say");
}

static void ledger_is_what_can_be_promised_and_was(void **state)
{
	static const struct domains host;
	const struct application a = { "web", 3 * GIB, 0, &host };
	char path[SCRATCH_PATH], error[SENTENCE_MAX];
	struct promise_slot p;

	(void)state;
	setenv("REPRISE_RUNTIME_DIR", root.dir, 1);
	put("proc/meminfo", "MemTotal:       8388608 kB\n"
			    "MemAvailable:   2097152 kB\n");
	assert_found(look_ledger, LEVEL_OK, "1.5 GiB of 8.0 GiB to spare");
	scratch_path(&root, LEDGER_NAME, path);
	assert_int_equal(ledger_join(path, &a, &p, error), 0);
	assert_found(look_ledger, LEVEL_OK, "; 1 waiting for 3.0 GiB");
	ledger_leave(&p);
	put("proc/meminfo", "nonsense");
	assert_found(look_ledger, LEVEL_WARN, "meminfo");
}

static void overcommit_strict_counts_what_is_left(void **state)
{
	(void)state;
	put("proc/meminfo", "CommitLimit:    6291456 kB\n"
			    "Committed_AS:   4194304 kB\n");
	put("proc/sys/vm/overcommit_memory", "2\n");
	assert_found(look_overcommit, LEVEL_OK, "strict");
	patient.appliance = &appliance;
	assert_found(look_overcommit, LEVEL_FAIL, "2048 are uncommitted");
	put("proc/sys/vm/overcommit_memory", "1\n");
	assert_found(look_overcommit, LEVEL_WARN, "always");
	put("proc/sys/vm/overcommit_memory", "0\n");
	assert_found(look_overcommit, LEVEL_OK, "heuristic");
}

static void swap_in_use_is_a_warning(void **state)
{
	(void)state;
	put("proc/meminfo", "SwapTotal: 0 kB\nSwapFree: 0 kB\n");
	assert_found(look_swap, LEVEL_OK, "none");
	put("proc/meminfo", "SwapTotal: 4096 kB\nSwapFree: 4096 kB\n");
	assert_found(look_swap, LEVEL_OK, "4 MiB, 0 in use");
	put("proc/meminfo", "SwapTotal: 4096 kB\nSwapFree: 1024 kB\n");
	assert_found(look_swap, LEVEL_WARN, "3 MiB of 4 MiB in use");
}

static void pressure_that_is_off_is_a_warning(void **state)
{
	(void)state;
	assert_found(look_psi, LEVEL_WARN, "/proc/pressure/memory: ");
	put("proc/pressure/memory", "some avg10=0.00\nfull avg10=0.00\n");
	assert_found(look_psi, LEVEL_OK, "some avg10=0.00");
}

static void run_that_is_not_there_fails(void **state)
{
	(void)state;
	assert_found(look_run_size, LEVEL_FAIL, "/run: ");
	put("run/x", "");
	assert_found(look_run_size, LEVEL_OK, "left in /run");
}

static void kvm_is_judged_by_the_guest_not_by_the_device(void **state)
{
	(void)state;
	assert_found(look_kvm, LEVEL_WARN, "/dev/kvm: No such file");
	patient.appliance = &appliance; /* which wants it */
	assert_found(look_kvm, LEVEL_FAIL, "/dev/kvm: No such file");
	put("dev/kvm", "");
	kvm_result = KVM_HANGS;
	assert_found(look_kvm, LEVEL_FAIL, "does not end");
	kvm_result = KVM_FAILS;
	assert_found(look_kvm, LEVEL_FAIL, "KVM_RUN: Bad address");
}

static void kvm_that_firmware_does_not_run_under_is_not_well(void **state)
{
	(void)state;
	put("dev/kvm", "");
	kvm_result = KVM_RUNS;
	strcpy(appliance.qemu, qemu);
	patient.appliance = &appliance;
	put("qemu", "#!/bin/sh\necho 'qemu: failed to set MSR' >&2\nexit 1\n");
	assert_found(look_kvm, LEVEL_FAIL, "qemu: failed to set MSR");
	put("qemu", "#!/bin/sh\necho 'LOADPARM=[        ]'\nexec sleep 60\n");
	assert_found(look_kvm, LEVEL_OK, "and QEMU's firmware");
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
		assert_found(probes[i], LEVEL_NONE, "no s390x");
}

static void prot_virt_host_is_read(void **state)
{
	(void)state;
	assert_found(look_uv, LEVEL_WARN, "no ultravisor");
	put("sys/firmware/uv/prot_virt_host", "0\n");
	assert_found(look_uv, LEVEL_WARN, "off");
	put("sys/firmware/uv/prot_virt_host", "1\n");
	assert_found(look_uv, LEVEL_OK, "on");
}

static void kvm_capabilities_are_asked_for(void **state)
{
	(void)state;
	capabilities[180] = -EACCES;
	assert_found(look_kvm_secure, LEVEL_WARN, "Permission denied");
	capabilities[180] = 0;
	assert_found(look_kvm_secure, LEVEL_WARN, "capability 180");
	capabilities[180] = 1;
	assert_found(look_kvm_secure, LEVEL_WARN, "capability 224");
	capabilities[224] = 1;
	assert_found(look_kvm_secure, LEVEL_OK, "in the background");
	capabilities[217] = 1;
	assert_found(look_kvm_secure, LEVEL_OK, "dumps");
}

static void destroy_fast_is_bit_23_from_the_left(void **state)
{
	(void)state;
	assert_found(look_destroy_fast, LEVEL_NONE, "is off");
	put("sys/firmware/uv/prot_virt_host", "1\n");
	assert_found(look_destroy_fast, LEVEL_WARN, "cannot be read");
	put("sys/firmware/uv/query/facilities",
	    "fffffeffffffffff\n0000000000000000\n");
	assert_found(look_destroy_fast, LEVEL_WARN, "not in this ultravisor");
	put("sys/firmware/uv/query/facilities",
	    "0000010000000000\n0000000000000000\n");
	assert_found(look_destroy_fast, LEVEL_OK, "at once");
}

static void max_guests_is_read(void **state)
{
	(void)state;
	put("sys/firmware/uv/prot_virt_host", "1\n");
	assert_found(look_max_guests, LEVEL_WARN, "cannot be read");
	put("sys/firmware/uv/query/max_guests", "1021\n");
	assert_found(look_max_guests, LEVEL_OK, "at most 1021");
}

static void fast_reboot_names_the_first_hindrance(void **state)
{
	(void)state;
	assert_found(look_fast_reboot, LEVEL_NONE, "no appliance file");
	patient.appliance = &appliance;
	assert_found(look_fast_reboot, LEVEL_WARN, "runs no secure guest");
	put("sys/firmware/uv/prot_virt_host", "1\n");
	assert_found(look_fast_reboot, LEVEL_WARN, "does not destroy");
	put("sys/module/kvm/parameters/async_destroy", "1\n");
	capabilities[224] = 1;
	assert_found(look_fast_reboot, LEVEL_OK, "in the background");
	patient.caps = &(const struct qemu_caps){ .major = 7 };
	assert_found(look_fast_reboot, LEVEL_WARN, "before 8.0");
	patient.caps = NULL;
	appliance.memory = 2 * GIB;
	assert_found(look_fast_reboot, LEVEL_WARN, "2 GiB or less");
	appliance.secure = SECURE_NO;
	assert_found(look_fast_reboot, LEVEL_OK, "not secure");
}

static void async_destroy_that_is_off_is_a_warning(void **state)
{
	(void)state;
	assert_found(look_async_destroy, LEVEL_WARN, "off");
	put("sys/module/kvm/parameters/async_destroy", "0\n");
	assert_found(look_async_destroy, LEVEL_WARN, "off");
	put("sys/module/kvm/parameters/async_destroy", "1\n");
	assert_found(look_async_destroy, LEVEL_OK, "on");
}

static void cgroup_wants_v2_with_memory(void **state)
{
	(void)state;
	assert_found(look_cgroup, LEVEL_WARN, "no cgroup v2");
	assert_true(f.found[0]);
	put("proc/self/mountinfo", "30 1 0:26 / /cg rw - cgroup2 c rw\n");
	put("proc/self/cgroup", "0::/u\n");
	put("cg/u/cgroup.procs", "");
	put("cg/u/cgroup.controllers", "cpu pids\n");
	assert_found(look_cgroup, LEVEL_WARN, "without a memory controller");
	put("cg/u/cgroup.controllers", "cpu memory pids\n");
	assert_found(look_cgroup, LEVEL_OK, "/cg/u");
	put("cg/u/cgroup.events", "populated 1\n"); /* not the outermost */
	assert_found(look_cgroup, LEVEL_WARN, "is in it, too");
	put("cg/u/cgroup.subtree_control", "memory\n");
	assert_found(look_cgroup, LEVEL_OK, "/cg/u");
	put("cg/u/cgroup.subtree_control", "");
	put("cg/u/shim/cgroup.procs", "");
	put("proc/self/cgroup", "0::/u/shim\n");
	assert_found(look_cgroup, LEVEL_OK, "/cg/u");
}

static void unit_is_asked_of_systemctl(void **state)
{
	(void)state;
	assert_found(look_unit, LEVEL_NONE, "not in a service");
	patient.appliance = &appliance;
	assert_found(look_unit, LEVEL_NONE,
		     "no systemd to ask about "
		     "reprise@web.service");
	put("systemctl", "#!/bin/sh\necho LoadState=not-found\n");
	assert_found(look_unit, LEVEL_NONE, "no such unit");
	put("systemctl",
	    "#!/bin/sh\ncat <<-.\n\tLoadState=loaded\n\tType=notify\n"
	    "\tKillMode=control-group\n\tTimeoutStopUSec=1min 30s\n.\n");
	assert_found(look_unit, LEVEL_WARN,
		     "KillMode=control-group, a stop may take 1min 30s");
	put("systemctl",
	    "#!/bin/sh\ncat <<-.\n\tLoadState=loaded\n\tType=notify\n"
	    "\tKillMode=process\n\tDelegate=yes\n\tOOMPolicy=continue\n"
	    "\tTimeoutStopUSec=1min 30s\n.\n");
	assert_found(look_unit, LEVEL_OK, "fit, a stop may take 1min 30s");
}

static void enclosing_service_comes_before_the_appliances(void **state)
{
	(void)state;
	put("proc/self/cgroup",
	    "0::/system.slice/user@0.service/a/my.service/shim\n");
	put("systemctl", "#!/bin/sh\necho LoadState=not-found\n");
	patient.appliance = &appliance;
	assert_found(look_unit, LEVEL_NONE, "my.service: no such unit");
}

static void every_probe_answers_on_an_empty_machine(void **state)
{
	(void)state;
	patient.machine = "x86_64";
	for (size_t i = 0; i < doctor_probe_count; i++) {
		f = (struct finding){ .level = LEVELS };
		doctor_probes[i].look(&patient, &f);
		assert_true(f.level < LEVELS);
		assert_true(f.found[0]);
	}
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(kernel_that_is_too_old_fails),
		ONE(memory_is_compared_with_the_appliances),
		ONE(ledger_is_what_can_be_promised_and_was),
		ONE(overcommit_strict_counts_what_is_left),
		ONE(swap_in_use_is_a_warning),
		ONE(pressure_that_is_off_is_a_warning),
		ONE(run_that_is_not_there_fails),
		ONE(kvm_is_judged_by_the_guest_not_by_the_device),
		ONE(kvm_that_firmware_does_not_run_under_is_not_well),
		ONE(secure_probes_do_not_concern_other_machines),
		ONE(prot_virt_host_is_read),
		ONE(kvm_capabilities_are_asked_for),
		ONE(destroy_fast_is_bit_23_from_the_left),
		ONE(max_guests_is_read),
		ONE(fast_reboot_names_the_first_hindrance),
		ONE(async_destroy_that_is_off_is_a_warning),
		ONE(cgroup_wants_v2_with_memory),
		ONE(unit_is_asked_of_systemctl),
		ONE(enclosing_service_comes_before_the_appliances),
		ONE(every_probe_answers_on_an_empty_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
