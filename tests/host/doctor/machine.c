// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/doctor/machine.c - a machine made of files, for the doctor
 */
#include "tests/host/doctor/machine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct scratch root;
struct appliance appliance;
struct patient patient;
struct finding f;
char systemctl[SCRATCH_PATH], qemu[SCRATCH_PATH];
enum kvm_try kvm_result;
int capabilities[256];

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

void machine_put(const char *path, const char *text)
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

int machine_set_up(void **state)
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

int machine_tear_down(void **state)
{
	(void)state;
	scratch_remove(&root);
	return 0;
}

void machine_found(probe_fn *look, enum level level, const char *part)
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
