/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/doctor/kvm.h - does a guest run under KVM?
 *
 * A /dev/kvm that opens, and even makes a virtual CPU, may hang every guest
 * (docs/facts.md 9). So one is run, of a few instructions, in a child with a
 * deadline.
 */
#ifndef HOST_DOCTOR_KVM_H
#define HOST_DOCTOR_KVM_H

#include "host/doctor/doctor.h"

enum { KVM_TRY_MS = 3000, KVM_WHY = FINDING_TEXT };

/*
 * kvm_try() - run a guest of a few instructions
 * @device:	"/dev/kvm"
 * @why:	KVM_WHY bytes: of a failure, where and why
 */
enum kvm_try kvm_try(const char *device, char *why);

/* Run a guest, in a child. Return: which step failed, with errno */
typedef int kvm_guest_fn(const char *device);

/*
 * kvm_bounded() - kvm_try() with another guest, for tests
 * A child that says nothing within KVM_TRY_MS is killed.
 */
enum kvm_try kvm_bounded(kvm_guest_fn *run, const char *device, char *why);

/* kvm_capability() - KVM_CHECK_EXTENSION. Return: its answer; -errno */
int kvm_capability(const char *device, int capability);

#endif
