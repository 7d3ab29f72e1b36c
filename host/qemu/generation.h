/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/generation.h - one QEMU of the appliance, started and connected
 *
 * Theory of operation: the shim makes the listening sockets, connects to them
 * before QEMU even runs, and hands them over by number (`fd=`): nothing is
 * raced for and nothing is waited for. Its own copies are closed after the
 * spawn, else a connect to a QEMU that has gone would succeed and hang.
 */
#ifndef HOST_QEMU_GENERATION_H
#define HOST_QEMU_GENERATION_H

#include "host/config/runtime.h"
#include "host/qemu/process.h"

struct appliance;
struct image;
struct launcher;
struct qemu_caps;

/* What it is made of, all borrowed. */
struct birth {
	const struct appliance *appliance;
	const struct image *image;
	const struct qemu_caps *caps;
	const struct runtime *runtime;
	const struct launcher *launcher; /* starts it */
	int cgroup;	  /* directory of its cgroup; -1: it has none */
	int memory_group; /* cgroup_leaf_entrance() of its v1 leaf; 0: none */
	int promise;	  /* that it is to hold: host/memory/ledger.h; -1 */
	int tap;	  /* of NETWORK_TAP, else -1 */
};

struct generation {
	struct process process;
	int qmp_fd;   /* connected; the caller takes them over, as it does */
	int agent_fd; /* the pidfds in @process */
	int serial_fd;
};

/*
 * generation_start() - spawn QEMU, its VM not yet running
 * @g:		written whole on success
 * @error:	SENTENCE_MAX bytes
 * Return: 0; else -errno and the sentence in @error; nothing is left behind
 */
int generation_start(struct generation *g, const struct birth *b, char *error);

#endif
