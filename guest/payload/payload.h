/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/payload/payload.h - the one program that the appliance is for
 */
#ifndef GUEST_PAYLOAD_PAYLOAD_H
#define GUEST_PAYLOAD_PAYLOAD_H

#include <stdbool.h>
#include <sys/types.h>

#include "guest/config/init_conf.h"

enum { PAYLOAD_READY_FD = 3 }; /* in the payload; REPRISE_READY_FD names it */

struct payload {
	pid_t pid;	/* 0 when there is none */
	int started_fd; /* readable when execve(2) has worked or failed */
	int ready_fd;	/* readable when the payload says that it is ready */
	bool failed;	/* execve(2) did */
};

#define PAYLOAD_NONE                                                           \
	(struct payload)                                                       \
	{                                                                      \
		.pid = 0, .started_fd = -1, .ready_fd = -1                     \
	}

/*
 * payload_start() - fork, and execute what @conf says
 * @p:	both descriptors are the caller's to close; non-blocking
 *
 * The payload gets its own session, descriptors 0 to 2 of PID 1, and the
 * environment of @conf over PATH and HOME.
 * Return: 0; -errno of pipe2(2) or fork(2)
 */
int payload_start(struct payload *p, struct init_conf *conf);

/*
 * payload_started() - what became of execve(2)
 * Return: 1: it worked; 0: nothing is known yet; -errno: why it failed
 */
int payload_started(const struct payload *p);

/*
 * payload_ready() - has the payload said that it is ready?
 * Return: 1: yes; 0: not yet; -EPIPE: it closed the descriptor without a word
 */
int payload_ready(const struct payload *p);

#endif
