/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/probe.h - what a QEMU binary is and can
 */
#ifndef HOST_QEMU_PROBE_H
#define HOST_QEMU_PROBE_H

#include <limits.h>
#include <stdbool.h>

#include "host/sentence.h"

/* A host that goes up starts many QEMUs at once. */
enum { PROBE_MS = 30000 };

enum qemu_machine { QEMU_Q35, QEMU_MICROVM, QEMU_CCW, QEMU_MACHINES };

/* How async teardown is asked for (docs/facts.md, 2.1). */
enum qemu_teardown {
	TEARDOWN_NONE,	   /* it has none */
	TEARDOWN_OPTION,   /* -async-teardown */
	TEARDOWN_RUN_WITH, /* -run-with async-teardown=on */
};

struct qemu_caps {
	int major, minor, micro;
	enum qemu_teardown teardown;
	bool sandbox;		     /* built with seccomp */
	bool pv_guest;		     /* knows s390-pv-guest */
	bool machine[QEMU_MACHINES]; /* knows it */
	char arch[16];		     /* what it emulates */
	char path[PATH_MAX];	     /* to execute */
};

/* By enum qemu_machine, as -machine has them. */
extern const char *const qemu_machine_names[QEMU_MACHINES];

/*
 * probe_find() - the path of a binary
 * @name:	a path, or a name to be found in PATH
 * Return: 0; -ENOENT: it is not there, or not executable (@error)
 */
int probe_find(const char *name, char path[static PATH_MAX], char *error);

/*
 * probe_qemu() - start @binary without a machine and ask it over QMP
 * @binary:	a path, or a name to be found in PATH
 * @arch:	what it must emulate
 * @timeout_ms:	PROBE_MS, in earnest
 * Blocks. Call it before any signal is blocked.
 * Return: 0; -ENOENT: not there; -ENOTSUP: too old or another architecture;
 *	-ETIMEDOUT; -EPROTO: not a QEMU; else -errno; @error has the sentence
 */
int probe_qemu(const char *binary, const char *arch, int timeout_ms,
	       struct qemu_caps *caps, char *error);

#endif
