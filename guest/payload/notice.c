// SPDX-License-Identifier: Apache-2.0
/*
 * guest/payload/notice.c - the socket for sd_notify(3)
 *
 * Whoever runs here and is not PID 1 nor a helper of its own, which sends
 * nothing, descends from the payload, and may speak for it: so nobody is asked
 * who he is. (The kernel would tell a pid, but not whose it was: a command that
 * says READY=1 and ends is gone before that could be looked up.)
 * There is no room for descriptors: those that somebody sends along never
 * arrive.
 */
#include "guest/payload/notice.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

bool notice_wanted(const struct init_conf *conf)
{
	return conf->ready == READY_NOTIFY || conf->watchdog_ms;
}

int notice_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t before;
	int fd, r = 0;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	before = umask(0111);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	umask(before);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int notice_read(int fd, struct notice *n)
{
	ssize_t len =
		recv(fd, n->text, sizeof(n->text), MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0)
		return 0;
	if ((size_t)len > sizeof(n->text))
		return -EMSGSIZE;
	n->len = (size_t)len;
	return 1;
}
