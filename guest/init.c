// SPDX-License-Identifier: Apache-2.0
/*
 * guest/init.c - PID 1: the loop around the session
 *
 * Theory of operation: epoll tells of signals (a signalfd: all are blocked),
 * of time (one timerfd, set to whichever deadline is next), of the port, the
 * payload's two pipes and the control socket. Each becomes an event; the
 * session answers with messages and actions, and an action may be followed by
 * the next event. Nothing here decides anything, blocks, or allocates.
 */
#include "guest/init.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/array.h"
#include "guest/boot/clock.h"
#include "guest/boot/console.h"
#include "guest/boot/stage.h"
#include "guest/control/control.h"

enum { PORT_READS = 16 }; /* at a time; then the others have their turn */

int init_watch(struct init *in, unsigned int kind, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.u32 = kind };
	int r;

	in->fd[kind] = fd;
	if (fd < 0 || epoll_ctl(in->epfd, EPOLL_CTL_ADD, fd, &ev) == 0)
		return 0;
	r = -errno;
	say("epoll_ctl: %s", strerror(errno));
	close(fd);
	in->fd[kind] = -1;
	return r;
}

/* A child may still hold a copy, so that close() alone would not do. */
void init_unwatch(struct init *in, unsigned int kind)
{
	if (in->fd[kind] < 0)
		return;
	epoll_ctl(in->epfd, EPOLL_CTL_DEL, in->fd[kind], NULL);
	close(in->fd[kind]);
	in->fd[kind] = -1;
}

/* ---- the session */

static void say_phase(const struct session *s)
{
	static const char *const causes[ICAUSES] = {
		[ICAUSE_NONE] = "no cause",
		[ICAUSE_OPERATOR] = "the operator asked",
		[ICAUSE_PAYLOAD] = "the payload asked",
		[ICAUSE_PAYLOAD_EXIT] = "the payload ended",
		[ICAUSE_CTRL_ALT_DEL] = "the machine's button",
		[ICAUSE_INIT] = "PID 1 cannot go on",
		[ICAUSE_GAVE_UP] = "the payload ended too often",
		[ICAUSE_WATCHDOG] = "the payload gave no sign of life",
		[ICAUSE_OOM] = "the payload took too much memory",
	};
	const char *intent = intent_name((uint8_t)s->intent);

	switch (s->phase) {
	case GPHASE_SERVING:
		say("payload is ready");
		break;
	case GPHASE_WAITING:
		say("%s wanted: %s", intent, causes[s->cause]);
		break;
	case GPHASE_QUIESCING:
		say("%s: stopping", intent);
		break;
	case GPHASE_ENDING:
		/* again: that line may have been lost */
		say("%s now: %s", intent, causes[s->cause]);
		break;
	case GPHASE_BOOTING:
	case GPHASE_QUIESCED: /* the proof was said */
	case GPHASES:
		break;
	}
}

static void send_all(struct init *in, const struct session_out *out)
{
	uint8_t frame[WIRE_FRAME_MAX];

	for (unsigned int i = 0; i < out->msgs; i++) {
		size_t len = msg_write(&out->msg[i], frame);

		if (port_send(&in->port, frame, len) == -ENOBUFS &&
		    in->port.lost == 1)
			say("%s and more lost: the host does not read",
			    msg_name(out->msg[i].type));
	}
}

/* Return: true: @next follows from one of the actions */
static bool act_all(struct init *in, uint32_t actions,
		    struct session_event *next)
{
	bool more = false;

	for (int i = 0; i < SACT_KINDS; i++)
		if (actions & 1U << i)
			more |= init_act(in, (enum session_action)i, next);
	return more;
}

static enum session_answer feed(struct init *in, struct session_event ev)
{
	enum session_answer answer = ANSWER_NONE;
	struct session_out out;

	do {
		enum guest_phase before = in->session.phase;
		uint8_t stage = in->session.stage;

		session_step(&in->session, &ev, clock_ms(), &out);
		in->session_due = out.due_ms;
		if (out.answer != ANSWER_NONE)
			answer = out.answer;
		send_all(in, &out);
		if (in->session.stage != stage)
			boot_stage_say(in->session.stage);
		if (in->session.phase != before)
			say_phase(&in->session);
	} while (act_all(in, out.actions, &ev));
	return answer;
}

void init_feed_event(struct init *in, struct session_event ev)
{
	feed(in, ev);
}

void init_feed(struct init *in, enum session_event_kind kind)
{
	feed(in, (struct session_event){ .kind = kind });
}

enum session_answer init_wish(struct init *in, enum intent intent,
			      enum intent_cause cause)
{
	return feed(in, (struct session_event){ .kind = SEV_WISH,
						.intent = intent,
						.cause = cause });
}

/* ---- signals */

/* As busybox has it: reboot sends TERM, halt USR1, poweroff USR2. */
static void wish_by_signal(struct init *in, const struct signalfd_siginfo *si)
{
	bool kernel = si->ssi_signo == SIGINT && si->ssi_code == SI_KERNEL;

	init_wish(in,
		  si->ssi_signo == SIGTERM ? INTENT_REBOOT : INTENT_POWEROFF,
		  kernel ? ICAUSE_CTRL_ALT_DEL : ICAUSE_PAYLOAD);
}

static void on_signal(struct init *in, uint32_t kind, uint32_t events)
{
	struct signalfd_siginfo si;

	(void)events;
	while (read(in->fd[kind], &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGCHLD)
			init_reap(in);
		else
			wish_by_signal(in, &si);
	}
}

static int open_signals(void)
{
	static const int wanted[] = { SIGCHLD, SIGINT, SIGTERM, SIGUSR1,
				      SIGUSR2 };
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		sigaddset(&set, wanted[i]);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* ---- the port */

static void open_port(struct init *in)
{
	in->port_due = SESSION_NEVER;
	if (port_open(&in->port) == 0) {
		if (init_watch(in, FD_PORT, in->port.fd,
			       EPOLLIN | EPOLLOUT | EPOLLET) == 0) {
			init_reached(in, BOOT_PORT);
			return;
		}
		port_lost(&in->port);
	}
	in->port_due = clock_ms() + in->port.retry_ms;
}

static void take_frames(struct init *in)
{
	struct frame f;
	struct msg m;

	while (wire_next(&in->port.in, &f)) {
		struct session_event ev = { .kind = SEV_MSG, .msg = &m };

		if (msg_parse(&f, &m) < 0)
			ev = (struct session_event){ .kind = SEV_DROPPED,
						     .count = 1 };
		feed(in, ev);
	}
}

/* Edges are reported once: either all is read, or the edge is asked for anew.
 */
static void read_port(struct init *in)
{
	struct epoll_event again = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
				     .data.u32 = FD_PORT };
	uint64_t dropped = in->port.in.dropped;
	int r = 1;

	for (int i = 0; i < PORT_READS && r > 0; i++) {
		r = port_read(&in->port);
		if (r > 0)
			take_frames(in);
	}
	dropped = in->port.in.dropped - dropped;
	if (dropped)
		feed(in, (struct session_event){ .kind = SEV_DROPPED,
						 .count = (uint32_t)dropped });
	if (r > 0)
		epoll_ctl(in->epfd, EPOLL_CTL_MOD, in->fd[FD_PORT], &again);
	if (r == -ENODEV) {
		init_unwatch(in, FD_PORT);
		port_lost(&in->port);
		in->port_due = clock_ms() + in->port.retry_ms;
	}
}

static void on_port(struct init *in, uint32_t kind, uint32_t events)
{
	(void)kind;
	if (port_changed(&in->port, events & EPOLLHUP))
		init_feed(in, SEV_LINKED);
	if (events & EPOLLOUT)
		port_flush(&in->port);
	read_port(in);
}

/* ---- time */

static void on_timer(struct init *in, uint32_t kind, uint32_t events)
{
	uint64_t ticks, now = clock_ms();

	(void)events;
	(void)!read(in->fd[kind], &ticks, sizeof(ticks)); /* re-armed: EAGAIN */
	if (now >= in->port_due)
		open_port(in);
	if (now >= in->session_due)
		init_feed(in, SEV_TIMER);
}

/* To the next deadline; a time of 0 would disarm it. */
static void arm_timer(const struct init *in)
{
	uint64_t due =
		in->session_due < in->port_due ? in->session_due : in->port_due;
	struct itimerspec t = { .it_value = { 0, 0 } };

	if (due != SESSION_NEVER) {
		t.it_value.tv_sec = (time_t)(due / 1000);
		t.it_value.tv_nsec = (long)(due % 1000) * 1000000 + 1;
	}
	timerfd_settime(in->fd[FD_TIMER], TFD_TIMER_ABSTIME, &t, NULL);
}

/* ---- the payload's side */

static void on_started(struct init *in, uint32_t kind, uint32_t events)
{
	(void)kind;
	(void)events;
	init_started(in);
}

static void on_ready(struct init *in, uint32_t kind, uint32_t events)
{
	(void)kind;
	(void)events;
	init_ready(in);
}

/* A client too many takes the place of the oldest one. */
static void on_control(struct init *in, uint32_t kind, uint32_t events)
{
	int fd =
		accept4(in->fd[kind], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	unsigned int slot = FD_CLIENT + in->clients % INIT_CLIENTS;

	(void)events;
	if (fd < 0)
		return;
	in->clients++;
	init_unwatch(in, slot);
	init_watch(in, slot, fd, EPOLLIN);
}

static void on_client(struct init *in, uint32_t kind, uint32_t events)
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

/* ---- the loop */

static void (*const handlers[])(struct init *in, uint32_t kind,
				uint32_t events) = {
	[FD_SIGNAL] = on_signal,
	[FD_TIMER] = on_timer,
	[FD_PORT] = on_port,
	[FD_STARTED] = on_started,
	[FD_READY] = on_ready,
	[FD_CONTROL] = on_control,
	[FD_CLIENT... FD_KINDS - 1] = on_client,
};
_Static_assert(ARRAY_SIZE(handlers) == FD_KINDS, "one handler per fd_kind");

int init_open(struct init *in)
{
	int control;

	for (size_t i = 0; i < FD_KINDS; i++)
		in->fd[i] = -1;
	in->session_due = SESSION_NEVER;
	in->payload = PAYLOAD_NONE;
	port_init(&in->port);
	in->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (in->epfd < 0)
		return -errno;
	init_watch(in, FD_SIGNAL, open_signals(), EPOLLIN);
	init_watch(in, FD_TIMER,
		   timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK),
		   EPOLLIN);
	if (in->fd[FD_SIGNAL] < 0 || in->fd[FD_TIMER] < 0)
		return -errno;
	control = control_listen();
	if (control < 0)
		say("listen at %s: %s", CONTROL_PATH, strerror(-control));
	init_watch(in, FD_CONTROL, control, EPOLLIN);
	open_port(in);
	return 0;
}

void init_run(struct init *in)
{
	struct epoll_event ev[FD_KINDS];

	for (;;) {
		int n;

		arm_timer(in);
		n = epoll_wait(in->epfd, ev, FD_KINDS, -1);
		for (int i = 0; i < n; i++) {
			uint32_t kind = ev[i].data.u32;

			if (in->fd[kind] >= 0) /* still open? */
				handlers[kind](in, kind, ev[i].events);
		}
	}
}
