// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/launcher.c - the small process that may what the shim may not
 *
 * Theory of operation: one SOCK_SEQPACKET pair; a request is one packet (struct
 * request, then the arguments, each with its NUL) and its descriptors, an
 * answer is one packet (struct reply) and a pidfd. Both ends are one program
 * in one version, so the structs go over as they are; the launcher checks them
 * all the same, for the shim is what it must not trust.
 */
#include "host/launch/launcher.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys.h"

#include "host/launch/child.h"
#include "host/launch/rights.h"

enum {
	ARGS_MAX = 128,
	TEXT_MAX = 131072,
	FDS_MAX = SPAWN_FDS + 3, /* output, cgroup, memory group */
	HANDLES = 2,		 /* of an answer: pidfd and score */
};

struct request {
	uint32_t argc;
	uint32_t keep_count;
	int32_t as[SPAWN_FDS];
	/* 1: a descriptor of it follows that of the output, in this order */
	uint32_t in_cgroup, in_memory_group;
	uint32_t with_score;
};

struct reply {
	int32_t result;
	int32_t pid; /* to be reaped even if it failed; 0: none */
	uint32_t in_cgroup, in_memory_group;
};

/* What came with a packet. */
struct parcel {
	int fd[FDS_MAX];
	size_t count;
};

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

static int send_packet(int socket, struct iovec *iov, size_t iov_count,
		       const struct parcel *p)
{
	union control control = { .bytes = "" };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = iov_count };
	struct cmsghdr *c = &control.align;
	ssize_t n;

	if (p->count) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(p->count * sizeof(int));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(p->count * sizeof(int));
		memcpy(CMSG_DATA(c), p->fd, p->count * sizeof(int));
	}
	do
		n = sendmsg(socket, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* Return: bytes; 0: the other side has gone; -errno */
static ssize_t receive_packet(int socket, struct iovec *iov, size_t iov_count,
			      struct parcel *p)
{
	union control control;
	struct msghdr m = {
		.msg_iov = iov,
		.msg_iovlen = iov_count,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	ssize_t n;

	p->count = 0;
	do
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
		p->count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(p->fd, CMSG_DATA(c), p->count * sizeof(int));
	}
	return m.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -EMSGSIZE : n;
}

static void close_parcel(struct parcel *p)
{
	for (size_t i = 0; i < p->count; i++)
		close(p->fd[i]);
	p->count = 0;
}

/* Point @argv into @text. Return: 0; -EINVAL: not so many words */
static int take_words(char *argv[static ARGS_MAX + 1], uint32_t argc,
		      char *text, size_t len)
{
	if (!argc || argc > ARGS_MAX || !len || text[len - 1])
		return -EINVAL;
	for (uint32_t i = 0; i < argc; i++) {
		size_t n;

		if (!len)
			return -EINVAL;
		argv[i] = text;
		n = strlen(text) + 1;
		text += n;
		len -= n;
	}
	argv[argc] = NULL;
	return len ? -EINVAL : 0;
}

static int check_request(const struct request *q, const struct parcel *p)
{
	if (q->keep_count > SPAWN_FDS || q->in_cgroup > 1 ||
	    q->in_memory_group > 1 ||
	    p->count != q->keep_count + 1 + q->in_cgroup + q->in_memory_group)
		return -EINVAL;
	for (uint32_t i = 0; i < q->keep_count; i++)
		if (q->as[i] <= STDERR_FILENO || q->as[i] > SPAWN_FD_MAX)
			return -EINVAL;
	return 0;
}

static int carry_out(const struct request *q, char *text, size_t len,
		     const struct parcel *p, const struct identity *who,
		     struct spawned *ret)
{
	char *argv[ARGS_MAX + 1];
	const int *groups = p->fd + q->keep_count + 1;
	const struct spawn s = {
		.argv = argv,
		.keep = p->fd,
		.as = q->as,
		.keep_count = q->keep_count,
		.output = p->fd[q->keep_count],
		.cgroup = q->in_cgroup ? groups[0] : -1,
		.memory_group = q->in_memory_group ? groups[q->in_cgroup] : 0,
		.with_score = q->with_score,
	};
	int r = take_words(argv, q->argc, text, len);

	return r < 0 ? r : spawn_program(&s, who, true, ret);
}

/* Return: false: the shim has gone */
static bool serve_one(int socket, const struct identity *who, char *text)
{
	struct spawned made = { .pidfd = -1 };
	struct request q = { 0 };
	struct iovec in[] = { { &q, sizeof(q) }, { text, TEXT_MAX } };
	struct reply reply = { 0 };
	struct iovec out = { &reply, sizeof(reply) };
	struct parcel p, handles = { .count = 0 };
	ssize_t n = receive_packet(socket, in, 2, &p);
	int r = n < (ssize_t)sizeof(q) ? -EINVAL : check_request(&q, &p);

	if (n == 0 || (n < 0 && n != -EMSGSIZE))
		return false;
	if (r == 0)
		r = carry_out(&q, text, (size_t)n - sizeof(q), &p, who, &made);
	close_parcel(&p);
	reply = (struct reply){ r, made.pid, made.in_cgroup,
				made.in_memory_group };
	if (made.pidfd >= 0)
		handles.fd[handles.count++] = made.pidfd;
	if (made.score_fd)
		handles.fd[handles.count++] = made.score_fd;
	r = send_packet(socket, &out, 1, &handles);
	close_parcel(&handles);
	return r == 0;
}

_Noreturn static void serve(int socket, const struct identity *who)
{
	static char text[TEXT_MAX];
	sigset_t all;

	prctl(PR_SET_NAME, "reprise-launch");
	setsid(); /* a ^C is for the shim; and then our end follows */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (dup2(socket, STDERR_FILENO + 1) < 0)
		_exit(1);
	socket = STDERR_FILENO + 1;
	sys_close_range((unsigned int)socket + 1, ~0U, 0);
	if (rights_keep(RIGHT(CAP_SETUID) | RIGHT(CAP_SETGID) | who->rights) ==
	    0)
		while (serve_one(socket, who, text))
			;
	_exit(0);
}

int launcher_start(struct launcher *l, const struct identity *who)
{
	int pair[2], r;

	*l = (struct launcher){ .who = *who, .fd = -1 };
	if (!who->change)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	l->pid = fork();
	if (l->pid == 0)
		serve(pair[1], who);
	r = l->pid < 0 ? -errno : 0;
	close(pair[1]);
	if (r < 0) {
		close(pair[0]);
		l->pid = 0;
	} else {
		l->fd = pair[0];
	}
	return r;
}

void launcher_inherit(struct launcher *l, const struct identity *who, int fd,
		      pid_t pid)
{
	*l = (struct launcher){ .who = *who, .fd = fd, .pid = pid };
}

static int send_request(int socket, const struct spawn *s)
{
	struct request q = {
		.keep_count = (uint32_t)s->keep_count,
		.with_score = s->with_score,
	};
	struct iovec iov[ARGS_MAX + 1] = { { &q, sizeof(q) } };
	struct parcel p = { .count = s->keep_count };

	if (s->keep_count > SPAWN_FDS)
		return -E2BIG;
	for (size_t i = 0; i < s->keep_count; i++) {
		p.fd[i] = s->keep[i];
		q.as[i] = s->as ? s->as[i] : s->keep[i];
	}
	p.fd[p.count++] = s->output;
	if (s->cgroup >= 0) {
		p.fd[p.count++] = s->cgroup;
		q.in_cgroup = 1;
	}
	if (s->memory_group) {
		p.fd[p.count++] = s->memory_group;
		q.in_memory_group = 1;
	}
	for (; s->argv[q.argc]; q.argc++) {
		if (q.argc == ARGS_MAX)
			return -E2BIG;
		iov[q.argc + 1] = (struct iovec){ s->argv[q.argc],
						  strlen(s->argv[q.argc]) + 1 };
	}
	return send_packet(socket, iov, q.argc + 1, &p);
}

/*
 * Who was started but cannot be seen, for this process had no descriptor left,
 * is ended again; who failed to start is reaped.
 */
static int receive_reply(int socket, struct spawned *ret)
{
	struct reply reply = { 0 };
	struct iovec iov = { &reply, sizeof(reply) };
	struct parcel p;
	ssize_t n = receive_packet(socket, &iov, 1, &p);

	if (n != (ssize_t)sizeof(reply) || reply.result < 0 || p.count < 1 ||
	    p.count > HANDLES) {
		close_parcel(&p);
		if (reply.pid > 0)
			child_kill(reply.pid);
		if (reply.result < 0)
			return reply.result;
		return n == -EMSGSIZE ? -EMFILE : -EPIPE;
	}
	ret->pid = reply.pid;
	ret->in_cgroup = reply.in_cgroup;
	ret->in_memory_group = reply.in_memory_group;
	ret->pidfd = p.fd[0];
	if (p.count == HANDLES)
		ret->score_fd = p.fd[1];
	return 0;
}

int launcher_spawn(const struct launcher *l, const struct spawn *s,
		   struct spawned *ret)
{
	int r;

	if (!l || !l->pid)
		return spawn_program(s, l ? &l->who : NULL, false, ret);
	*ret = (struct spawned){ .pidfd = -1 };
	r = send_request(l->fd, s);
	return r < 0 ? r : receive_reply(l->fd, ret);
}

void launcher_stop(struct launcher *l)
{
	if (!l->pid)
		return;
	close(l->fd);
	while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR)
		;
	l->pid = 0;
	l->fd = -1;
}
