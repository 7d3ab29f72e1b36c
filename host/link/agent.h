/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/agent.h - the host's end of the agent port
 *
 * Theory of operation: a stream socket to QEMU's virtio-serial port. What
 * comes is cut into frames and messages; what is no message of a guest is
 * counted and dropped, and a guest that floods is read a little at a time like
 * everybody else. Nothing is queued: a message that QEMU does not take now is
 * lost, and the guest's next HELLO brings it again.
 *
 * A reset of the VM closes neither this socket nor empties it, in either
 * direction; so the gate reconnects it (agent_attach()) while the VM is
 * stopped.
 */
#ifndef HOST_LINK_AGENT_H
#define HOST_LINK_AGENT_H

#include <stdint.h>

#include "common/msg.h"

struct agent;
struct loop;

typedef void agent_fn(void *ctx, const struct msg *m);

/* agent_open() - not connected yet. Return: 0; -ENOMEM */
int agent_open(struct agent **ret, struct loop *loop, agent_fn *fn, void *ctx);

/*
 * agent_attach() - use this connection from now on, and no other
 * @fd:		taken over, also on failure; non-blocking; -1: none
 * Return: 0; else -errno
 */
int agent_attach(struct agent *a, int fd);

/* agent_send() - @m gets its sequence number. Return: 0; else -errno: lost */
int agent_send(struct agent *a, struct msg *m);

/* agent_drain() - handle all that is there already; the VM is stopped */
void agent_drain(struct agent *a);

/* agent_dropped() - bytes and messages that were refused so far */
uint64_t agent_dropped(const struct agent *a);

/* agent_close() - takes NULL */
void agent_close(struct agent *a);

#endif
