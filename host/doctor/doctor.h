/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/doctor/doctor.h - is this machine fit to run appliances?
 *
 * Theory of operation: one probe a question, one function a probe, one table of
 * them. A probe reads files below @root, which is a scratch directory in tests,
 * and asks what is no file through the functions of struct patient. It changes
 * nothing, and answers with what was found and what to do about it.
 */
#ifndef HOST_DOCTOR_DOCTOR_H
#define HOST_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum { FINDING_TEXT = 320 };

enum level {
	LEVEL_NONE, /* does not concern this machine or appliance */
	LEVEL_OK,
	LEVEL_WARN, /* runs, but not as well as it could */
	LEVEL_FAIL, /* does not run */
	LEVELS,
};

struct finding {
	enum level level;
	char found[FINDING_TEXT];
	char advice[FINDING_TEXT]; /* what to do; "" where nothing is */
};

struct appliance;
struct image;
struct qemu_caps;

/* Does a guest run under KVM? */
enum kvm_try { KVM_RUNS, KVM_HANGS, KVM_FAILS };

struct patient {
	const char *root;    /* "", or a directory in place of / */
	const char *machine; /* of uname(): "x86_64", "s390x" */
	const struct appliance *appliance; /* complete; NULL: none was named */
	const struct image *image;	   /* its image; NULL likewise */
	const struct qemu_caps *caps;	   /* of its QEMU; NULL: not probed */
	const char *systemctl;		   /* program to ask */

	/* run one instruction of a guest. @why: FINDING_TEXT bytes */
	enum kvm_try (*try_kvm)(const char *device, char *why);
	/* KVM_CHECK_EXTENSION. Return: its answer; -errno */
	int (*kvm_capability)(const char *device, int capability);
};

struct probe {
	char name[20];
	void (*look)(const struct patient *p, struct finding *f);
};

extern const struct probe doctor_probes[];
extern const size_t doctor_probe_count;

/* doctor_patient() - this machine. @a, @image: borrowed; or both NULL */
struct patient doctor_patient(const struct appliance *a,
			      const struct image *image);

/* level_name() - "ok", "warn", "fail", "n/a" */
const char *level_name(enum level l);

/*
 * finding_set() - @found by printf, @advice as it is
 * In both a byte that is no UTF-8, or steers a terminal, becomes a "?".
 */
void finding_set(struct finding *f, enum level level, const char *advice,
		 const char *found, ...) __attribute__((format(printf, 4, 5)));

/* The probes, by file. */
typedef void probe_fn(const struct patient *p, struct finding *f);
probe_fn look_kernel, look_memory, look_psi, look_swap, look_overcommit,
	look_run_size, look_ledger;	    /* host.c */
probe_fn look_need;			    /* need.c */
probe_fn look_user, look_cgroup, look_unit; /* service.c */
probe_fn look_qemu, look_kvm;		    /* virt.c */
probe_fn look_uv, look_kvm_secure, look_async_destroy, look_destroy_fast,
	look_max_guests, look_fast_reboot; /* secure.c */

#endif
