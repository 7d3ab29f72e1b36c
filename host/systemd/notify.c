// SPDX-License-Identifier: Apache-2.0
/*
 * host/systemd/notify.c - datagrams to the service manager
 */
#include "host/systemd/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A path, or '@' and an abstract name. */
static int set_address(struct notify *n, const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 ||
	    len >= sizeof(n->to.sun_path))
		return -EINVAL;
	n->to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(n->to.sun_path, name, len);
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (name[0] == '@')
		n->to.sun_path[0] = '\0';
	else
		n->to_len++;
	return 0;
}

static uint64_t number(const char *text)
{
	uintmax_t n;
	char *end;

	if (!text)
		return 0;
	n = strtoumax(text, &end, 10);
	return *end ? 0 : (uint64_t)n;
}

/* Both variables are meant for the process that WATCHDOG_PID names. */
static uint64_t watchdog_period(void)
{
	const char *pid = getenv("WATCHDOG_PID");

	if (pid && number(pid) != (uint64_t)getpid())
		return 0;
	return number(getenv("WATCHDOG_USEC"));
}

int notify_open(struct notify *n, char *error)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int r = 0;

	*n = (struct notify){ .fd = -1 };
	if (name && set_address(n, name) < 0)
		r = sentence(error, -EINVAL,
			     "NOTIFY_SOCKET is '%s': an absolute path, or a "
			     "name that begins with @, was expected",
			     name);
	if (name && r == 0) {
		n->fd = socket(AF_UNIX,
			       SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (n->fd < 0)
			r = sentence(error, -errno, "NOTIFY_SOCKET: %s",
				     strerror(errno));
	}
	if (n->fd >= 0)
		n->watchdog_us = watchdog_period();
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return r;
}

int notify_send(const struct notify *n, const char *text)
{
	if (n->fd < 0)
		return 0;
	if (sendto(n->fd, text, strlen(text), MSG_NOSIGNAL,
		   (const struct sockaddr *)&n->to, n->to_len) < 0)
		return -errno;
	return 0;
}

int notify_extend(const struct notify *n, uint32_t ms)
{
	char text[48];

	snprintf(text, sizeof(text), "EXTEND_TIMEOUT_USEC=%" PRIu64,
		 ms * UINT64_C(1000) + NOTIFY_MARGIN_US);
	return notify_send(n, text);
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
