/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/promise.h - a line of the ledger: one generation's memory
 *
 *	STATE BYTES PRIORITY ARRIVAL PID HELD NAME GROUP...
 *
 * The groups are the numbers of the cgroups around the generation that may
 * have a limit, in hexadecimal; all else is decimal. A line is filled up with
 * blanks and ends with a newline. Pure.
 */
#ifndef HOST_MEMORY_PROMISE_H
#define HOST_MEMORY_PROMISE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/config/appliance.h" /* APPLIANCE_NAME_SIZE */
#include "host/core/admission.h"

/* A page has a whole number of lines: none is ever written by halves. */
enum { PROMISE_LINE = 256, PROMISE_GROUPS = ADMISSION_DOMAINS - 1 };

enum promise {
	PROMISE_WAITS, /* for an admission */
	PROMISE_LIVES, /* was admitted, may run */
	PROMISE_DRAINS,
};

/*
 * Its domains are the host, number 0, and then the groups. A group is known by
 * the inode number of its directory, the same for everybody on a host.
 */
struct promised {
	enum promise state;
	uint64_t bytes; /* need_bytes(); of one who drains: what it holds yet */
	int priority;
	uint64_t arrival; /* CLOCK_MONOTONIC, microseconds */
	pid_t pid;	  /* of QEMU; 0: there is none yet */
	uint32_t held;	  /* of one who waits: the domains that hold it up */
	char name[APPLIANCE_NAME_SIZE]; /* of the appliance */
	uint32_t groups;
	uint64_t group[PROMISE_GROUPS];
};

/* promise_write() - the line of @m */
void promise_write(const struct promised *m, char line[static PROMISE_LINE]);

/*
 * promise_read() - from whatever there is
 * Return: false: it is no line, and @m is not to be used
 */
bool promise_read(const char line[static PROMISE_LINE], struct promised *m);

/*
 * promise_common() - a set of the domains of @other
 * Return: those of them that are domains of @mine, as a set of these
 */
uint32_t promise_common(const struct promised *mine,
			const struct promised *other, uint32_t set);

#endif
