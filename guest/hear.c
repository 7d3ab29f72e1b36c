// SPDX-License-Identifier: Apache-2.0
/*
 * guest/hear.c - PID 1: what the payload says and prints
 *
 * Theory of operation: five ways lead from the payload to PID 1: two pipes of
 * its start, the socket for sd_notify(3), its output, and the control socket.
 * Each is read a bounded number of times a turn, so that none starves the
 * others; what is left wakes the loop again.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/boot/clock.h"
#include "guest/boot/console.h"
#include "guest/control/control.h"
#include "guest/init.h"
#include "guest/payload/notice.h"

enum {
	NOTICES = 16, /* at a time */
	ACCEPT_AGAIN_MS = 200,
};

void init_open_ears(struct init *in)
{
	int r;

	in->payload = PAYLOAD_NONE;
	r = output_open(&in->output);
	if (r < 0)
		say("no pipe for the payload's output: %s", strerror(-r));
	if (init_watch(in, FD_OUTPUT, in->output.read_fd, EPOLLIN) == 0)
		in->payload.output = in->output.write_fd;
	if (!notice_wanted(&in->conf))
		return;
	r = notice_open(NOTICE_PATH);
	if (r < 0)
		say("listen at %s: %s", NOTICE_PATH, strerror(-r));
	init_watch(in, FD_NOTICE, r, EPOLLIN | EPOLLET);
}

/* ---- its start */

void init_await_payload(struct init *in)
{
	struct pollfd p = { .fd = in->fd[FD_STARTED], .events = POLLIN };

	if (p.fd >= 0 && poll(&p, 1, INIT_AWAIT_MS) > 0)
		init_started(in);
}

void init_on_started(struct init *in, uint32_t kind, uint32_t events)
{
	(void)kind;
	(void)events;
	init_started(in);
}

void init_on_ready(struct init *in, uint32_t kind, uint32_t events)
{
	int r = payload_ready(&in->payload);

	(void)events;
	if (r == 0)
		return;
	init_unwatch(in, kind);
	if (r > 0)
		init_feed(in, SEV_READY);
	else
		say("payload closed descriptor %d without saying that it is "
		    "ready",
		    PAYLOAD_READY_FD);
}

/* ---- sd_notify */

static void take_notice(struct init *in, const struct notice *n)
{
	struct session_event ev = { .kind = SEV_NOTIFY };
	size_t len;
	const char *status = notify_parse(n->text, n->len, &ev.notify, &len);

	if (status)
		say("payload: %.*s", (int)len, status);
	init_feed_event(in, ev);
}

/* By edges: one that cannot be read would wake the loop for ever. */
void init_on_notice(struct init *in, uint32_t kind, uint32_t events)
{
	struct epoll_event again = { .events = EPOLLIN | EPOLLET,
				     .data.u32 = kind };
	struct notice n;
	int r = 1;

	(void)events;
	for (int i = 0; i < NOTICES && r != 0; i++) {
		r = notice_read(in->fd[kind], &n);
		if (r > 0)
			take_notice(in, &n);
		else if (r != 0 && in->notices_lost++ == 0)
			say("a notice of the payload was dropped: it is longer "
			    "than %d bytes",
			    NOTIFY_BYTES_MAX);
	}
	if (r != 0) /* there may be more */
		epoll_ctl(in->epfd, EPOLL_CTL_MOD, in->fd[kind], &again);
}

void init_forget_notices(struct init *in)
{
	struct notice n;

	if (in->fd[FD_NOTICE] < 0)
		return;
	for (int i = 0; i < NOTICES && notice_read(in->fd[FD_NOTICE], &n); i++)
		;
}

/* ---- its output */

static void watch_console(struct init *in, bool wanted)
{
	const int fd = console_fd();
	struct epoll_event ev = { .events = EPOLLOUT, .data.u32 = FD_CONSOLE };

	if (wanted == (in->fd[FD_CONSOLE] >= 0))
		return;
	if (epoll_ctl(in->epfd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd,
		      &ev) == 0 ||
	    !wanted)
		in->fd[FD_CONSOLE] = wanted ? fd : -1;
}

/*
 * What is in the pipe would wake the loop for ever: from here on only what
 * comes does. To close it would be SIGPIPE for the payload, which is to outlive
 * its log.
 */
static void lose_output(struct init *in, int error)
{
	struct epoll_event rarely = { .events = EPOLLIN | EPOLLET,
				      .data.u32 = FD_OUTPUT };

	if (in->payload.output < 0)
		return;
	say("payload's output: %s: the next payload has the console",
	    strerror(error));
	in->payload.output = -1;
	epoll_ctl(in->epfd, EPOLL_CTL_MOD, in->fd[FD_OUTPUT], &rarely);
}

void init_print(struct init *in)
{
	int r = in->fd[FD_OUTPUT] < 0 ? 0 : output_read(&in->output);

	if (r < 0)
		lose_output(in, -r);
	watch_console(in, output_write(&in->output, console_fd()));
}

void init_on_output(struct init *in, uint32_t kind, uint32_t events)
{
	(void)kind;
	(void)events;
	init_print(in);
}

/* ---- its wishes */

void init_open_control(struct init *in)
{
	int r = control_listen();

	if (r < 0)
		say("listen at %s: %s", CONTROL_PATH, strerror(-r));
	init_watch(in, FD_CONTROL, r, EPOLLIN | EPOLLET);
}

/*
 * A client too many takes the place of the oldest one. Where accept4(2) fails,
 * for want of memory perhaps, it is tried again later: the client waits so
 * long, and the loop would be woken without end by it.
 */
void init_on_control(struct init *in, uint32_t kind, uint32_t events)
{
	int fd =
		accept4(in->fd[kind], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	unsigned int slot = FD_CLIENT + in->clients % INIT_CLIENTS;
	struct epoll_event more = { .events = EPOLLIN | EPOLLET,
				    .data.u32 = kind };

	(void)events;
	in->control_due = fd >= 0 || errno == EAGAIN
				  ? SESSION_NEVER
				  : clock_ms() + ACCEPT_AGAIN_MS;
	if (fd < 0)
		return;
	epoll_ctl(in->epfd, EPOLL_CTL_MOD, in->fd[kind], &more);
	in->clients++;
	init_unwatch(in, slot);
	init_watch(in, slot, fd, EPOLLIN);
}

void init_on_client(struct init *in, uint32_t kind, uint32_t events)
{
	int intent = control_read(in->fd[kind]);

	(void)events;
	if (intent == -EAGAIN)
		return;
	if (intent <= INTENT_NONE)
		control_answer(in->fd[kind], false,
			       "not understood: ask for reboot, poweroff or "
			       "update");
	else if (init_wish(in, (enum intent)intent, ICAUSE_PAYLOAD) ==
		 ANSWER_ACCEPTED)
		control_answer(in->fd[kind], true, "accepted: this boot ends");
	else
		control_answer(in->fd[kind], false,
			       "refused: this boot is ending in another way");
	init_unwatch(in, kind);
}
