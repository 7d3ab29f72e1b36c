/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/shim.h - one appliance, from the first start to its end
 */
#ifndef HOST_SHIM_H
#define HOST_SHIM_H

#include <jansson.h>

struct appliance;
struct handover;
struct image;
struct launcher;
struct notify;
struct leftover;
struct qemu_caps;
struct runtime;

struct shim_options {
	const struct appliance *appliance; /* borrowed, as are the next five */
	const struct image *image;
	const struct qemu_caps *caps;
	const struct uv_host *uv;
	struct runtime *runtime; /* its lock is held */
	const struct launcher *launcher;
	const struct notify *notify;
	int tap_fd;		   /* of tap_open(), taken over; -1: none yet */
	struct leftover *leftover; /* of an earlier shim; taken over */
	int ready_fd; /* gets a newline when the payload is ready; -1: none */
	struct handover *before; /* what of it is used becomes -1 */
	/*
	 * While it waits for memory, again and again: its status, as JSON;
	 * before it says something else: NULL. May be NULL: nobody looks.
	 */
	void (*waits)(void *ctx, const json_t *status);
	void *waits_ctx;
};

/* An exit code: it could not go on, and what ran does; start it again. */
enum { SHIM_FAILED = 3 };

/*
 * shim_run() - run the appliance until it ends for good
 *
 * A QEMU that lives when this returns (the shim could not go on, or could not
 * even kill it) makes the runtime directory `occupied`: it is to be left as it
 * is, for the next one.
 * Return: the exit code of `reprise run`: cause_exit() of the last cause; 1 if
 *	the shim itself could not begin, SHIM_FAILED if it could not go on (the
 *	sentence was logged)
 */
int shim_run(const struct shim_options *options);

#endif
