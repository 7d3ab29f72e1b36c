// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/forward.c - TCP ports of the host that lead into the guest
 *
 * Theory of operation: a free port is found by binding port 0 and asking which
 * one it became. The socket is closed again, for QEMU binds the port itself;
 * the kernel does not give out the same one soon again, and should somebody
 * else take it in between, QEMU refuses to start and says so. The port is kept
 * over all generations, so that a URL stays good.
 */
#include "host/config/forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/array.h"
#include "common/conf.h"

static bool port_number(const char *text, uint32_t min, uint16_t *port)
{
	const struct conf_key rule = { .type = CONF_NUMBER,
				       .min = min,
				       .max = UINT16_MAX };
	char why[CONF_ERROR_MAX];
	uint32_t n;

	if (conf_value(&rule, text, &n, why) < 0)
		return false;
	*port = (uint16_t)n;
	return true;
}

static bool host_side(char *text, struct forward *f)
{
	char *colon = strrchr(text, ':');
	struct in_addr unused;

	if (colon) {
		*colon = '\0';
		if (inet_pton(AF_INET, text, &unused) != 1)
			return false;
		snprintf(f->address, sizeof(f->address), "%.15s", text);
		text = colon + 1;
	}
	return port_number(text, 0, &f->port);
}

int forward_parse(const char *text, struct forward *f)
{
	static const char arrow[] = "->";
	struct forward read = { .address = "127.0.0.1" };
	const char *at = strstr(text, arrow);
	const char *guest = at ? at + strlen(arrow) : text;
	char host[64] = "0";
	size_t n = at ? (size_t)(at - text) : 0;

	if (at) {
		while (n && text[n - 1] == ' ')
			n--;
		if (n >= sizeof(host))
			return -EINVAL;
		memcpy(host, text, n);
		host[n] = '\0';
	}
	guest += strspn(guest, " ");
	if (!host_side(host, &read) || !port_number(guest, 1, &read.guest))
		return -EINVAL;
	*f = read;
	return 0;
}

/* Return: a socket that listens there (SO_REUSEADDR, as QEMU); -errno */
static int occupy(struct forward *f)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(f->port) };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	inet_pton(AF_INET, f->address, &sin.sin_addr);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 },
		       sizeof(int)) == 0 &&
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0 &&
	    listen(fd, 1) == 0 &&
	    getsockname(fd, (struct sockaddr *)&sin, &len) == 0) {
		f->port = ntohs(sin.sin_port);
		return fd;
	}
	r = -errno;
	close(fd);
	return r;
}

static int refuse(const struct appliance *a, uint32_t i, int r, char *error)
{
	const struct forward *f = &a->forward[i];

	sentence(error, r,
		 "%s: forward %s:%u -> %u: %s; write another host port, or "
		 "none for a free one",
		 a->name, f->address, f->port, f->guest, strerror(-r));
	return appliance_blame(a, a->line.forward[i], r, error);
}

int appliance_pick_ports(struct appliance *a, char *error)
{
	int fd[APPLIANCE_FORWARDS];
	uint32_t held = 0;
	int r = 0;

	while (r == 0 && held < a->forwards) {
		struct forward *f = &a->forward[held];

		fd[held] = occupy(f);
		if (fd[held] >= 0)
			held++;
		else
			r = refuse(a, held, fd[held], error);
	}
	while (held)
		close(fd[--held]);
	return r;
}
