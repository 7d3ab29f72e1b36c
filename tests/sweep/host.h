/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/sweep/host.h - the host's side of the port, as the protocol has it
 *
 * Answers HELLO with WELCOME, INTENT with GRANT, QUIESCED with COMMIT, and
 * remembers what it saw. It asks for an end only when it is told to.
 */
#ifndef TESTS_SWEEP_HOST_H
#define TESTS_SWEEP_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/msg.h"

struct host {
	int fd; /* borrowed */
	struct wire_reader in;
	uint64_t epoch; /* of the last HELLO; 0: none yet */
	uint32_t seq;
	unsigned int seen[MSG_TYPES]; /* how many of each type */
	struct msg_intent intent;     /* the last one */
	struct proof proof;
};

/* host_init() - nothing seen yet */
void host_init(struct host *h, int fd);

/* host_read() - take what the guest said, answer it */
void host_read(struct host *h);

/* host_request() - REQUEST, with a grace of a second */
void host_request(struct host *h, enum intent intent);

#endif
