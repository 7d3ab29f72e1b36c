/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/probe.h - what a QEMU binary is and can
 */
#ifndef HOST_QEMU_PROBE_H
#define HOST_QEMU_PROBE_H

#include <limits.h>
#include <stdbool.h>

#include "host/sentence.h"

enum { PROBE_MS = 10000 };

struct qemu_caps {
	int major, minor, micro;
	bool run_with_async; /* -run-with async-teardown=on, else the old one */
	char arch[16];	     /* what it emulates */
	char path[PATH_MAX]; /* to execute */
};

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
