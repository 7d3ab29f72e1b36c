/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/doctor/machine.h - a machine made of files, for the doctor
 */
#ifndef TESTS_HOST_DOCTOR_MACHINE_H
#define TESTS_HOST_DOCTOR_MACHINE_H

#include <stdint.h>

#include "host/config/appliance.h"
#include "host/doctor/doctor.h"
#include "tests/host/scratch.h"

#define GIB (UINT64_C(1) << 30)

extern struct scratch root;
extern struct appliance appliance;
extern struct patient patient;
extern struct finding f; /* of the last machine_found() */
extern char systemctl[SCRATCH_PATH], qemu[SCRATCH_PATH];
extern enum kvm_try kvm_result;
extern int capabilities[256];

int machine_set_up(void **state);
int machine_tear_down(void **state);

/* machine_put() - a file below the root, with the directories to it */
void machine_put(const char *path, const char *text);

/* machine_found() - what a probe says, and with what in it */
void machine_found(probe_fn *look, enum level level, const char *part);

#define ON_MACHINE(test)                                                       \
	cmocka_unit_test_setup_teardown(test, machine_set_up, machine_tear_down)

#endif
