// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/peer.c - one Varlink connection, of either side
 */
#include "host/link/peer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

void peer_break(struct peer *p)
{
	p->broken = true;
	p->in_len = p->out_len = 0;
	shutdown(p->fd, SHUT_RDWR);
}

int peer_fill(struct peer *p)
{
	while (!p->broken && p->in_len < sizeof(p->in)) {
		ssize_t n = recv(p->fd, p->in + p->in_len,
				 sizeof(p->in) - p->in_len, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return -ECONNRESET;
		p->in_len += (size_t)n;
	}
	return p->broken ? -ECONNRESET : 0;
}

json_t *peer_next(struct peer *p)
{
	const char *end = memchr(p->in, '\0', p->in_len);
	size_t len = end ? (size_t)(end - p->in) : 0;
	json_t *message;

	if (!end) {
		if (p->in_len == sizeof(p->in))
			peer_break(p);
		return NULL;
	}
	message = json_loadb(p->in, len, JSON_REJECT_DUPLICATES, NULL);
	p->in_len -= len + 1;
	memmove(p->in, end + 1, p->in_len);
	if (json_is_object(message))
		return message;
	json_decref(message);
	peer_break(p);
	return NULL;
}

bool peer_has_next(const struct peer *p)
{
	return memchr(p->in, '\0', p->in_len) != NULL;
}

bool peer_offer(struct peer *p, json_t *message)
{
	size_t room = sizeof(p->out) - p->out_len;
	size_t n = json_dumpb(message, p->out + p->out_len, room, JSON_COMPACT);

	json_decref(message);
	if (p->broken || n == 0 || n >= room) /* >= : the NUL byte */
		return false;
	p->out_len += n;
	p->out[p->out_len++] = '\0';
	return true;
}

void peer_send(struct peer *p, json_t *message)
{
	if (!peer_offer(p, message) && !p->broken)
		peer_break(p);
}

void peer_flush(struct peer *p)
{
	while (p->out_len) {
		ssize_t n = send(p->fd, p->out, p->out_len,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) { /* it may have said something before it went */
			p->out_len = 0;
			return;
		}
		p->out_len -= (size_t)n;
		memmove(p->out, p->out + n, p->out_len);
	}
}
