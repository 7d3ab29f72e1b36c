// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/rogue.c - a monitor that does what QEMU's never does
 *
 * Only where it has a machine: it answers the probe as it should, else nobody
 * would start it.
 */
#include "tests/pvmodel/model.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 65536, DEEP = 60000, FLOOD = 200000 };

/* Return: false: the other side has gone */
static bool push(const struct model *m, const char *bytes, size_t n)
{
	struct pollfd p = { .fd = m->monitor.out, .events = POLLOUT };

	while (n) {
		ssize_t sent = send(p.fd, bytes, n, MSG_NOSIGNAL);

		if (sent > 0) {
			bytes += sent;
			n -= (size_t)sent;
		} else if (poll(&p, 1, -1) < 0 || p.revents & POLLERR) {
			return false;
		}
	}
	return true;
}

static bool push_text(const struct model *m, const char *text)
{
	return push(m, text, strlen(text));
}

bool rogue_greets(const struct model *m)
{
	if (m->line.probe)
		return false;
	if (m->script.qmp_alien)
		push_text(m, "HTTP/1.1 400 Bad Request\r\n\r\n");
	else if (m->script.qmp_half)
		push_text(m, "{\"QMP\": {\"version\"");
	return m->script.qmp_alien || m->script.qmp_half;
}

static void push_endless(const struct model *m)
{
	static char piece[PIECE];

	memset(piece, 'x', sizeof(piece));
	while (push(m, piece, sizeof(piece)))
		;
}

static void push_deep(const struct model *m)
{
	static char deep[DEEP + 1];

	memset(deep, '[', DEEP);
	deep[DEEP] = '\n';
	push(m, deep, sizeof(deep));
}

static void push_flood(const struct model *m)
{
	static const char event[] = "{\"timestamp\": {\"seconds\": 0}, "
				    "\"event\": \"NOISE\", \"data\": {}}\r\n";

	for (int i = 0; i < FLOOD; i++)
		if (!push(m, event, sizeof(event) - 1))
			return;
}

void rogue_runs(struct model *m)
{
	if (m->script.qmp_endless)
		push_endless(m);
	if (m->script.qmp_deep)
		push_deep(m);
	if (m->script.qmp_flood)
		push_flood(m);
	if (m->script.qmp_leaves)
		shutdown(m->monitor.out, SHUT_RDWR);
}

json_int_t rogue_id(const struct model *m, json_int_t id)
{
	return m->script.qmp_wrong_id && !m->line.probe && id ? id + 1 : id;
}
