/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/argv.h - QEMU's command line (pure)
 */
#ifndef HOST_QEMU_ARGV_H
#define HOST_QEMU_ARGV_H

#include <stdbool.h>
#include <stddef.h>

#include "host/config/appliance.h" /* APPLIANCE_DISKS */

struct image;
struct qemu_caps;

enum { ARGV_MAX = 128, ARGV_TEXT = 131072 };

/* Descriptors as QEMU will have them: open, without CLOEXEC. */
struct qemu_fds {
	const char *mark; /* whose it is: lockmark_make(); borrowed */
	int qmp;	  /* listening */
	int agent;	  /* listening */
	int serial;	  /* listening */
	int qmp_log;	  /* O_WRONLY | O_APPEND */
	int kernel;
	int initrd;
	int disk[APPLIANCE_DISKS];
	int tap;   /* of NETWORK_TAP */
	int vhost; /* likewise; -1: none */
};

struct argv {
	char *v[ARGV_MAX + 1]; /* for execv(): ends with NULL */
	size_t count;
	char text[ARGV_TEXT]; /* what v[] points into: do not copy the struct */
	size_t used;
	bool full;
};

/*
 * argv_build() - the command line for one generation
 * @a:		completed by appliance_complete() and able_settle(), its ports
 * picked Return: 0; -E2BIG: it does not fit
 */
int argv_build(const struct appliance *a, const struct image *image,
	       const struct qemu_caps *caps, const struct qemu_fds *fds,
	       struct argv *out);

#endif
