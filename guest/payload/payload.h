/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/payload/payload.h - the one program that the appliance is for
 */
#ifndef GUEST_PAYLOAD_PAYLOAD_H
#define GUEST_PAYLOAD_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest/config/init_conf.h"

enum { PAYLOAD_READY_FD = 3 }; /* in the payload; REPRISE_READY_FD names it */

struct payload {
	int cgroup;	  /* its own group; -1: none */
	int output;	  /* becomes its descriptors 1 and 2; -1: the console */
	pid_t pid;	  /* 0 when there is none */
	int started_fd;	  /* readable when execve(2) has worked or failed */
	int ready_fd;	  /* readable when the payload says that it is ready */
	bool failed;	  /* execve(2) did, or something before it */
	const char *part; /* which, when payload_started() said so */
	uint64_t oom_kills; /* in the group, when it was last asked */
};

#define PAYLOAD_NONE                                                           \
	(struct payload)                                                       \
	{                                                                      \
		.cgroup = -1, .output = -1, .started_fd = -1, .ready_fd = -1   \
	}

/*
 * payload_start() - fork, and execute what @conf says
 * @p:	cgroup and output are the caller's; both descriptors that are opened
 *	are the caller's to close; non-blocking
 *
 * The payload gets its own session, /dev/null as descriptor 0, and the
 * environment of @conf over PATH, HOME and what tells it of PID 1.
 * Return: 0; -errno of pipe2(2) or fork(2)
 */
int payload_start(struct payload *p, struct init_conf *conf);

/*
 * payload_started() - what became of execve(2)
 * Return: 1: it worked; 0: nothing is known yet; -ECHILD: it was killed before,
 *	and its end will tell; another -errno: why it failed, and p->part says
 *	what
 *
 * To be asked before the child is reaped.
 */
int payload_started(struct payload *p);

/*
 * payload_ready() - has the payload said that it is ready?
 * Return: 1: yes; 0: not yet; -EPIPE: it closed the descriptor without a word;
 *	another -errno of read(2): it will never be heard
 */
int payload_ready(const struct payload *p);

/* payload_oom() - has the kernel killed in it for want of memory, since the
 * last time that this was asked? */
bool payload_oom(struct payload *p);

/*
 * payload_check() - start the health command, in the payload's box
 * Return: its pid, a session of its own; -errno of fork(2)
 */
pid_t payload_check(const struct payload *p, struct init_conf *conf);

#endif
