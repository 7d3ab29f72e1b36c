// SPDX-License-Identifier: Apache-2.0
/*
 * Each probe on a machine made of files; KVM and what is secure: test_virt.c
 */
#include "host/doctor/doctor.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/image.h"
#include "host/memory/ledger.h"
#include "tests/host/doctor/machine.h"

static bool mounts; /* may be made */

static void kernel_that_is_too_old_fails(void **state)
{
	(void)state;
	machine_put("proc/sys/kernel/osrelease", "5.10.0-20-amd64\n");
	machine_found(look_kernel, LEVEL_FAIL, "5.10.0-20-amd64: too old");
	machine_put("proc/sys/kernel/osrelease", "5.14.0\n");
	machine_found(look_kernel, LEVEL_OK, "before 6.15");
	machine_put("proc/sys/kernel/osrelease", "6.18.1\n");
	machine_found(look_kernel, LEVEL_OK, "Linux 6.18.1");
	machine_put("proc/sys/kernel/osrelease", "garbage\n");
	machine_found(look_kernel, LEVEL_FAIL, "garbage");
}

static void memory_is_what_is_available(void **state)
{
	(void)state;
	machine_put("proc/meminfo", "MemTotal:       8388608 kB\n"
				    "MemAvailable:   2097152 kB\n");
	machine_found(look_memory, LEVEL_OK, "2048 MiB of 8192 MiB");
	machine_put("proc/meminfo", "nonsense");
	machine_found(look_memory, LEVEL_WARN, "does not say");
}

static void ledger_is_what_can_be_promised_and_was(void **state)
{
	static const struct domains host;
	const struct application a = { "web", 3 * GIB, 0, &host };
	char path[SCRATCH_PATH], error[SENTENCE_MAX];
	struct promise_slot p;

	(void)state;
	setenv("REPRISE_RUNTIME_DIR", root.dir, 1);
	machine_put("proc/meminfo", "MemTotal:       8388608 kB\n"
				    "MemAvailable:   2097152 kB\n");
	machine_found(look_ledger, LEVEL_OK, "1.5 GiB of 8.0 GiB to spare");
	scratch_path(&root, LEDGER_NAME, path);
	assert_int_equal(ledger_join(path, &a, &p, error), 0);
	machine_found(look_ledger, LEVEL_OK, "; 1 waiting for 3.0 GiB");
	ledger_leave(&p);
	machine_put("proc/meminfo", "nonsense");
	machine_found(look_ledger, LEVEL_WARN, "meminfo");
}

static void need_is_each_term_against_what_can_be_promised(void **state)
{
	static const struct image image = { .kernel_bytes = 5 << 20,
					    .initrd_bytes = 7 << 20 };

	(void)state;
	setenv("REPRISE_RUNTIME_DIR", root.dir, 1);
	machine_put("proc/meminfo", "MemTotal:       8388608 kB\n"
				    "MemAvailable:   6291456 kB\n");
	machine_found(look_need, LEVEL_NONE, "no appliance file");
	patient.appliance = &appliance;
	patient.image = &image;
	appliance.cpus = 1;
	machine_found(look_need, LEVEL_OK,
		      "guest 4.0 GiB, QEMU 40.8 MiB, image 12.0 MiB, "
		      "ultravisor 0.0 KiB: it needs 4.1 GiB, and the host has "
		      "5.5 GiB to spare");
	appliance.may_be_secure = true;
	machine_found(look_need, LEVEL_OK, "ultravisor 67.0 MiB: it needs");
	appliance.admission.reserve = 2 * GIB;
	machine_found(look_need, LEVEL_FAIL, "has 4.0 GiB to spare");
	machine_put("proc/meminfo", "nonsense");
	machine_found(look_need, LEVEL_WARN, "meminfo");
}

static void need_that_drains_will_be_waited_for(void **state)
{
	static const struct image image;
	static const struct domains host;
	struct application a = { "old", 5 * GIB, 0, &host };
	char path[SCRATCH_PATH], error[SENTENCE_MAX];
	struct promise_slot p;

	(void)state;
	setenv("REPRISE_RUNTIME_DIR", root.dir, 1);
	machine_put("proc/meminfo", "MemTotal:       8388608 kB\n"
				    "MemAvailable:   2097152 kB\n");
	patient.appliance = &appliance;
	patient.image = &image;
	scratch_path(&root, LEDGER_NAME, path);
	assert_int_equal(ledger_join(path, &a, &p, error), 0);
	assert_int_equal(ledger_drains(&p, 5 * GIB, error), 0);
	machine_found(look_need, LEVEL_WARN, "5.0 GiB draining");
	ledger_leave(&p);
	machine_found(look_need, LEVEL_FAIL, "0.0 KiB draining");
	a.name = appliance.name;
	assert_int_equal(ledger_join(path, &a, &p, error), 0);
	machine_found(look_need, LEVEL_FAIL, "0.0 KiB: it needs");
	assert_int_equal(ledger_lives(&p, 0, error), 0);
	machine_found(look_need, LEVEL_OK, ": it runs; beside it, it needs");
	ledger_leave(&p);
}

static void overcommit_strict_counts_what_is_left(void **state)
{
	(void)state;
	machine_put("proc/meminfo", "CommitLimit:    6291456 kB\n"
				    "Committed_AS:   4194304 kB\n");
	machine_put("proc/sys/vm/overcommit_memory", "2\n");
	machine_found(look_overcommit, LEVEL_OK, "strict");
	patient.appliance = &appliance;
	machine_found(look_overcommit, LEVEL_FAIL, "2048 are uncommitted");
	machine_put("proc/sys/vm/overcommit_memory", "1\n");
	machine_found(look_overcommit, LEVEL_WARN, "always");
	machine_put("proc/sys/vm/overcommit_memory", "0\n");
	machine_found(look_overcommit, LEVEL_OK, "heuristic");
}

static void swap_in_use_is_a_warning(void **state)
{
	(void)state;
	machine_put("proc/meminfo", "SwapTotal: 0 kB\nSwapFree: 0 kB\n");
	machine_found(look_swap, LEVEL_OK, "none");
	machine_put("proc/meminfo", "SwapTotal: 4096 kB\nSwapFree: 4096 kB\n");
	machine_found(look_swap, LEVEL_OK, "4 MiB, 0 in use");
	machine_put("proc/meminfo", "SwapTotal: 4096 kB\nSwapFree: 1024 kB\n");
	machine_found(look_swap, LEVEL_WARN, "3 MiB of 4 MiB in use");
}

static void pressure_that_is_off_is_a_warning(void **state)
{
	(void)state;
	machine_found(look_psi, LEVEL_WARN, "/proc/pressure/memory: ");
	machine_put("proc/pressure/memory",
		    "some avg10=0.00\nfull avg10=0.00\n");
	machine_found(look_psi, LEVEL_OK, "some avg10=0.00");
}

static void runtime_directory_is_where_the_environment_says(void **state)
{
	char dir[SCRATCH_PATH], left[SCRATCH_PATH + 16];

	(void)state;
	scratch_path(&root, "none/", dir);
	setenv("REPRISE_RUNTIME_DIR", dir, 1);
	snprintf(left, sizeof(left), " left in %s", root.dir);
	machine_found(look_run_size, LEVEL_OK, left);
	assert_null(strstr(f.found, "none"));
	setenv("REPRISE_RUNTIME_DIR", "/none", 1);
	machine_found(look_run_size, LEVEL_OK, " left in /");
	scratch_path(&root, "none/yet", dir);
	setenv("REPRISE_RUNTIME_DIR", dir, 1);
	machine_found(look_run_size, LEVEL_FAIL, "No such file");
	machine_put("none", "a file");
	machine_found(look_run_size, LEVEL_FAIL, "Not a directory");
	setenv("REPRISE_RUNTIME_DIR", "not/absolute", 1);
	machine_found(look_run_size, LEVEL_FAIL, "absolute path");
}

static int unmount_run(void **state)
{
	umount2(getenv("REPRISE_RUNTIME_DIR"), MNT_DETACH);
	return machine_tear_down(state);
}

/* A small tmpfs in a mount namespace of our own, which only root can have. */
static void runtime_directory_that_is_full_fails(void **state)
{
	static const char zeros[4096];
	char path[SCRATCH_PATH];
	int fd;

	(void)state;
	if (!mounts)
		skip();
	machine_put("run/x", "");
	scratch_path(&root, "run", path);
	setenv("REPRISE_RUNTIME_DIR", path, 1);
	assert_int_equal(mount("run", path, "tmpfs", 0, "size=64k"), 0);
	machine_found(look_run_size, LEVEL_WARN, "64 KiB of 64 KiB left in");
	scratch_path(&root, "run/ballast", path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	close(fd);
	machine_found(look_run_size, LEVEL_FAIL, "0 KiB of 64 KiB left in");
}

static void cgroup_wants_v2_with_memory(void **state)
{
	(void)state;
	machine_found(look_cgroup, LEVEL_WARN, "no cgroup v2");
	assert_true(f.found[0]);
	machine_put("proc/self/mountinfo",
		    "30 1 0:26 / /cg rw - cgroup2 c rw\n");
	machine_put("proc/self/cgroup", "0::/u\n");
	machine_put("cg/u/cgroup.procs", "");
	machine_put("cg/u/cgroup.controllers", "cpu pids\n");
	machine_found(look_cgroup, LEVEL_WARN, "without a memory controller");
	machine_put("proc/self/mountinfo",
		    "30 1 0:26 / /cg rw - cgroup2 c rw\n"
		    "31 1 0:27 / /v1 rw - cgroup c rw,memory\n");
	machine_put("proc/self/cgroup", "4:memory:/m\n0::/u\n");
	machine_found(look_cgroup, LEVEL_WARN, "without a memory controller");
	machine_put("v1/m/cgroup.procs", "");
	machine_found(look_cgroup, LEVEL_OK, "v1 in ");
	machine_put("cg/u/cgroup.controllers", "cpu memory pids\n");
	machine_found(look_cgroup, LEVEL_OK, "/cg/u");
	machine_put("cg/u/cgroup.events",
		    "populated 1\n"); /* not the outermost */
	machine_found(look_cgroup, LEVEL_WARN, "is in it, too");
	machine_put("cg/u/cgroup.subtree_control", "memory\n");
	machine_found(look_cgroup, LEVEL_OK, "/cg/u");
	machine_put("cg/u/cgroup.subtree_control", "");
	machine_put("cg/u/shim/cgroup.procs", "");
	machine_put("proc/self/cgroup", "0::/u/shim\n");
	machine_found(look_cgroup, LEVEL_OK, "/cg/u");
}

static void unit_is_asked_of_systemctl(void **state)
{
	(void)state;
	machine_found(look_unit, LEVEL_NONE, "not in a service");
	patient.appliance = &appliance;
	machine_found(look_unit, LEVEL_NONE,
		      "no systemd to ask about "
		      "reprise@web.service");
	machine_put("systemctl",
		    "#!/bin/sh\necho no bus >&2\necho more >&2\nexit 1\n");
	machine_found(look_unit, LEVEL_NONE, "reprise@web.service: no bus");
	machine_put("systemctl", "#!/bin/sh\necho LoadState=not-found\n");
	machine_found(look_unit, LEVEL_NONE, "no such unit");
	machine_put(
		"systemctl",
		"#!/bin/sh\ncat <<-.\n\tLoadState=loaded\n\tType=notify\n"
		"\tKillMode=control-group\n\tTimeoutStopUSec=1min 30s\n.\n");
	machine_found(look_unit, LEVEL_WARN,
		      "KillMode=control-group, a stop may take 1min 30s");
	machine_put("systemctl",
		    "#!/bin/sh\ncat <<-.\n\tLoadState=loaded\n\tType=notify\n"
		    "\tKillMode=process\n\tDelegate=yes\n\tOOMPolicy=continue\n"
		    "\tTimeoutStopUSec=1min 30s\n.\n");
	machine_found(look_unit, LEVEL_OK, "fit, a stop may take 1min 30s");
}

static void enclosing_service_comes_before_the_appliances(void **state)
{
	(void)state;
	machine_put("proc/self/cgroup",
		    "0::/system.slice/user@0.service/a/my.service/shim\n");
	machine_put("systemctl", "#!/bin/sh\necho LoadState=not-found\n");
	patient.appliance = &appliance;
	machine_found(look_unit, LEVEL_NONE, "my.service: no such unit");
}

/* As JSON it would be left out, all of it. */
static void finding_is_text_whatever_was_found(void **state)
{
	char cut[FINDING_TEXT + 2];

	(void)state;
	finding_set(&f, LEVEL_OK, "\303\244\233", "%s", "a\377b\033[1m");
	assert_string_equal(f.found, "a?b?[1m");
	assert_string_equal(f.advice, "\303\244?");
	memset(cut, 'a', sizeof(cut));
	memcpy(cut + FINDING_TEXT - 2, "\303\244", 3);
	finding_set(&f, LEVEL_OK, "", "%s", cut);
	assert_string_equal(f.found + FINDING_TEXT - 3, "a");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(kernel_that_is_too_old_fails),
		ON_MACHINE(memory_is_what_is_available),
		ON_MACHINE(ledger_is_what_can_be_promised_and_was),
		ON_MACHINE(need_is_each_term_against_what_can_be_promised),
		ON_MACHINE(need_that_drains_will_be_waited_for),
		ON_MACHINE(overcommit_strict_counts_what_is_left),
		ON_MACHINE(swap_in_use_is_a_warning),
		ON_MACHINE(pressure_that_is_off_is_a_warning),
		ON_MACHINE(runtime_directory_is_where_the_environment_says),
		cmocka_unit_test_setup_teardown(
			runtime_directory_that_is_full_fails, machine_set_up,
			unmount_run),
		ON_MACHINE(cgroup_wants_v2_with_memory),
		ON_MACHINE(unit_is_asked_of_systemctl),
		ON_MACHINE(enclosing_service_comes_before_the_appliances),
		ON_MACHINE(finding_is_text_whatever_was_found),
		ON_MACHINE(every_probe_answers_on_an_empty_machine),
	};

	mounts = unshare(CLONE_NEWNS) == 0 &&
		 mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
