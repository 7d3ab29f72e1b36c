// SPDX-License-Identifier: Apache-2.0
/*
 * guest/payload/notice.c - the socket for sd_notify(3)
 *
 * Anybody may write to it: the kernel says who did. There is room for that
 * word alone, so that descriptors which somebody sends along never arrive.
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
	const int on = 1;
	mode_t before;
	int fd, r = 0;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	before = umask(0111);
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	umask(before);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

static pid_t sender(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct ucred who;

	if (!c || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_CREDENTIALS ||
	    c->cmsg_len != CMSG_LEN(sizeof(who)))
		return 0;
	memcpy(&who, CMSG_DATA(c), sizeof(who));
	return who.pid;
}

int notice_read(int fd, struct notice *n)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec bytes = { n->text, sizeof(n->text) };
	struct msghdr m = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (len < 0)
		return 0;
	if (m.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	n->pid = sender(&m);
	n->len = (size_t)len;
	return 1;
}
