/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/served.h - an appliance under its shim
 *
 * Theory of operation: `reprise run FILE` as anybody would type it, and the
 * calls of the verbs on its control socket. What it did and when is in the
 * passage that each call gives back (host/report).
 */
#ifndef TESTS_BENCH_SERVED_H
#define TESTS_BENCH_SERVED_H

#include <jansson.h>
#include <stdint.h>

#include "host/core/phases.h"
#include "host/qemu/process.h"

struct turns;

struct served {
	struct turns *turns; /* NULL: it does not run */
	char name[64];
	struct process process; /* the shim */
	int ready_fd;
	int ready_slot, end_slot;
	uint64_t ready_us;
};

/*
 * served_start() - run the appliance file @path, wait until it is ready
 * @program:	build/ARCH/reprise
 * @name:	the appliance's
 * @log:	where the shim's words go, made anew
 * Return: 0; else -errno (@error); served_close() is due in both cases
 */
int served_start(struct served *s, struct turns *turns, const char *program,
		 const char *path, const char *name, const char *log,
		 char *error);

/*
 * served_reboot() - and wait until it is ready again
 * @strategy:	"in_place" or "full"
 * @marks:	when what happened
 * Return: 0; -EPROTO: it was done in another way; else -errno (@error)
 */
int served_reboot(struct served *s, const char *strategy, struct marks *marks,
		  char *error);

/* served_stop() - all of it. Return: 0; else -errno (@error) */
int served_stop(struct served *s, struct marks *marks, char *error);

/* served_close() - end the shim, which ends the rest; takes a closed one */
void served_close(struct served *s);

#endif
