/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/peer.h - one Varlink connection, of either side
 *
 * Theory of operation: a message is a JSON object and a NUL byte. Both
 * directions have a buffer of fixed size; nothing blocks. A peer that sends
 * what is no message, one that is too long, or that does not read what it
 * asked for, is broken: its socket is shut down, and who owns it closes it
 * when the loop reports that.
 */
#ifndef HOST_LINK_PEER_H
#define HOST_LINK_PEER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { PEER_BYTES = 65536 };

struct peer {
	int fd; /* non-blocking */
	bool broken;
	size_t in_len, out_len;
	char in[PEER_BYTES];
	char out[PEER_BYTES];
};

/* peer_fill() - read what there is. Return: 0; -ECONNRESET: it has gone */
int peer_fill(struct peer *p);

/* peer_next() - Return: the next message, a new reference; NULL: none yet */
json_t *peer_next(struct peer *p);

/* peer_has_next() - has a whole message come that peer_next() will give? */
bool peer_has_next(const struct peer *p);

/* peer_offer() - queue @message, which is stolen, if there is room. Return: was
 * there? peer_flush() sends it */
bool peer_offer(struct peer *p, json_t *message);

/* peer_send() - the same; a peer without room for it is broken */
void peer_send(struct peer *p, json_t *message);

/* peer_flush() - send what the socket takes */
void peer_flush(struct peer *p);

/* peer_break() - no more of this */
void peer_break(struct peer *p);

#endif
