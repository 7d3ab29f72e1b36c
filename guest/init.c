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
#include "guest/boot/forget.h"
#include "guest/boot/stage.h"
#include "guest/control/control.h"
#include "guest/power/reboot.h"
#include "guest/watchdog/watchdog.h"

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
	static const char causes[ICAUSES][34] = {
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

/* Why the payload was killed, or when it will be started again. */
static void say_payload(const struct session *s, enum payload_state before)
{
	if (s->pay == PAY_RESTING) {
		say("payload starts again in %u ms", s->delay_ms);
		return;
	}
	if (s->pay != PAY_KILLED)
		return;
	if (before == PAY_STOPPING)
		say("payload killed: it said that it stops, and did not");
	else if (before != PAY_READY)
		say("payload killed: it was not ready in time");
	else if (s->health_bad >= s->rules.health_failures)
		say("payload killed: its health command failed %u times",
		    s->health_bad);
	else
		say("payload killed: no sign of life");
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
	init_port_room(in);
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
		enum payload_state pay = in->session.pay;

		session_step(&in->session, &ev, clock_ms(), &out);
		in->session_due = out.due_ms;
		if (out.answer != ANSWER_NONE)
			answer = out.answer;
		send_all(in, &out);
		if (in->session.stage != stage)
			boot_stage_say(in->session.stage);
		if (in->session.pay != pay)
			say_payload(&in->session, pay);
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

/* As busybox has it: reboot sends TERM, halt USR1, poweroff USR2. INT is a
 * button that is pressed, by whomever. */
static void wish_by_signal(struct init *in, const siginfo_t *si)
{
	bool kernel = si->si_signo == SIGINT && si->si_code == SI_KERNEL;

	init_wish(in, si->si_signo == SIGTERM ? INTENT_REBOOT : INTENT_POWEROFF,
		  kernel ? ICAUSE_CTRL_ALT_DEL : ICAUSE_PAYLOAD);
}

static void set_of_signals(sigset_t *set)
{
	static const int wanted[] = { SIGCHLD, SIGINT,	SIGTERM,
				      SIGUSR1, SIGUSR2, SIGIO };

	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		sigaddset(set, wanted[i]);
}

/* The descriptor wakes the loop; read(2) of it could fail, and this cannot. */
static void on_signal(struct init *in, uint32_t kind, uint32_t events)
{
	const struct timespec none = { 0 };
	sigset_t set;
	siginfo_t si;

	(void)kind;
	(void)events;
	set_of_signals(&set);
	while (sigtimedwait(&set, &si, &none) > 0) {
		if (si.si_signo == SIGCHLD)
			in->reaping = true;
		else if (si.si_signo == SIGIO)
			in->port_news = true;
		else
			wish_by_signal(in, &si);
	}
}

/* From here on what comes waits for open_signals(). */
static void block_signals(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int open_signals(void)
{
	sigset_t set;

	set_of_signals(&set);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* ---- time */

static void on_timer(struct init *in, uint32_t kind, uint32_t events)
{
	uint64_t ticks;

	(void)events;
	(void)!read(in->fd[kind], &ticks, sizeof(ticks)); /* re-armed: EAGAIN */
	in->time_up = true;
}

/* Last in a turn: on a busy host PID 1 may be late, and what was waited for be
 * there. */
static void heed_time(struct init *in)
{
	uint64_t now = clock_ms();

	in->time_up = false;
	if (now >= in->port_due)
		init_open_port(in);
	if (now >= in->session_due)
		init_feed(in, SEV_TIMER);
	if (now >= in->boot_due)
		init_boot_due(in);
	if (now >= in->control_due)
		init_on_control(in, FD_CONTROL, 0);
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* To the next deadline; a time of 0 would disarm it. */
static void arm_timer(const struct init *in)
{
	uint64_t due = earliest(earliest(in->session_due, in->port_due),
				earliest(in->boot_due, in->watchdog_due));
	struct itimerspec t = { .it_value = { 0, 0 } };

	due = earliest(due, in->control_due);
	if (due != SESSION_NEVER) {
		t.it_value.tv_sec = (time_t)(due / 1000);
		t.it_value.tv_nsec = (long)(due % 1000) * 1000000 + 1;
	}
	timerfd_settime(in->fd[FD_TIMER], TFD_TIMER_ABSTIME, &t, NULL);
}

/* ---- the loop */

/* Once, when no part of the boot is left. */
static void settle(struct init *in)
{
	if (in->settled || in->session.stage < BOOT_PAYLOAD)
		return;
	in->settled = true;
	boot_forget();
}

static void (*const handlers[])(struct init *in, uint32_t kind,
				uint32_t events) = {
	[FD_SIGNAL] = on_signal,
	[FD_TIMER] = on_timer,
	[FD_PORT] = init_on_port,
	[FD_STARTED] = init_on_started,
	[FD_READY] = init_on_ready,
	[FD_NOTICE] = init_on_notice,
	[FD_OUTPUT] = init_on_output,
	[FD_CONSOLE] = init_on_output,
	[FD_CONTROL] = init_on_control,
	[FD_CLIENT... FD_KINDS - 1] = init_on_client,
};
_Static_assert(ARRAY_SIZE(handlers) == FD_KINDS, "one handler per fd_kind");

/* Return: 0; -errno: there is none, or PID 1 would never hear of it */
static int must_watch(struct init *in, unsigned int kind, int fd)
{
	return fd < 0 ? -errno : init_watch(in, kind, fd, EPOLLIN);
}

int init_begin(struct init *in)
{
	int r;

	block_signals();
	for (size_t i = 0; i < FD_KINDS; i++)
		in->fd[i] = -1;
	in->session_due = in->boot_due = in->watchdog_due = SESSION_NEVER;
	in->port_due = in->control_due = SESSION_NEVER;
	port_init(&in->port);
	in->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (in->epfd < 0)
		return -errno;
	r = must_watch(in, FD_SIGNAL, open_signals());
	if (r == 0)
		r = must_watch(in, FD_TIMER,
			       timerfd_create(CLOCK_BOOTTIME,
					      TFD_CLOEXEC | TFD_NONBLOCK));
	if (r == 0)
		init_open_ears(in);
	return r;
}

void init_open(struct init *in)
{
	init_open_control(in);
	init_open_port(in);
}

/* Deaf and blind: what is left is an end, the one meant if there was one. */
static _Noreturn void cannot_go_on(const struct init *in)
{
	say("epoll_wait: %s: %s now", strerror(errno),
	    intent_name(in->session.intent));
	power_end_at_last(in->session.intent);
}

/* Not into boot(), which is forgotten. */
__attribute__((noinline)) void init_run(struct init *in)
{
	struct epoll_event ev[FD_KINDS];

	for (;;) {
		int n;

		in->watchdog_due = watchdog_turn(
			clock_ms(), session_may_feed(&in->session));
		arm_timer(in);
		n = epoll_wait(in->epfd, ev, FD_KINDS,
			       in->reaping || in->port_news ? 0 : -1);
		if (n < 0 && errno != EINTR)
			cannot_go_on(in);
		for (int i = 0; i < n; i++) {
			uint32_t kind = ev[i].data.u32;

			if (in->fd[kind] >= 0) /* still open? */
				handlers[kind](in, kind, ev[i].events);
		}
		if (in->reaping)
			in->reaping = init_reap(in);
		if (in->port_news)
			init_port_news(in);
		if (in->time_up)
			heed_time(in);
		settle(in);
	}
}
