// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/plain.c - the same QEMU, by hand
 */
#include "tests/bench/plain.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/msg.h"

#include "host/link/agent.h"
#include "host/qemu/generation.h"
#include "host/qemu/qmp.h"
#include "host/verbs/prepare.h"

#include "tests/bench/turns.h"

enum { AWAIT_MS = 120000 };

static void note(struct plain *p, enum plain_moment m)
{
	p->at_us[m] = turns_now();
	turns_wake(p->turns);
}

/* ---- the agent's side of the host: yes to everything */

static void answer(struct plain *p, const struct msg *m, struct msg reply)
{
	reply.epoch = m->epoch;
	agent_send(p->agent, &reply);
}

static void on_hello(struct plain *p, const struct msg *m)
{
	p->epoch = m->epoch;
	note(p, PLAIN_HELLO);
	answer(p, m,
	       (struct msg){ .type = MSG_WELCOME,
			     .welcome = { .heartbeat_ms = HEARTBEAT_DEFAULT_MS,
					  .generation = 1,
					  .boot = 1 } });
}

static void on_ready(struct plain *p, const struct msg *m)
{
	p->ready = m->ready;
	note(p, PLAIN_READY);
}

static void on_intent(struct plain *p, const struct msg *m)
{
	answer(p, m,
	       (struct msg){ .type = MSG_GRANT,
			     .grant = { .intent = m->intent.intent,
					.grace_ms = m->intent.grace_ms } });
}

static void on_quiesced(struct plain *p, const struct msg *m)
{
	answer(p, m,
	       (struct msg){ .type = MSG_COMMIT,
			     .commit = { .intent = m->quiesced.intent } });
}

static void on_agent(void *ctx, const struct msg *m)
{
	static void (*const handlers[])(struct plain * p,
					const struct msg *m) = {
		[MSG_HELLO] = on_hello,	  [MSG_READY] = on_ready,
		[MSG_INTENT] = on_intent, [MSG_QUIESCED] = on_quiesced,
		[MSG_REFUSED] = NULL,
	};

	if (m->type <= MSG_REFUSED && handlers[m->type])
		handlers[m->type](ctx, m);
}

/* ---- QMP */

static void on_up(void *ctx)
{
	struct plain *p = ctx;

	if (process_find_helper(&p->process, "") < 0)
		turns_fail(p->turns);
	if (p->own_reset)
		qmp_send(p->qmp, QMP_ALLOW_RESET);
	qmp_send(p->qmp, QMP_CONT);
}

static void on_event(void *ctx, const char *name, const json_t *data)
{
	(void)data;
	if (strcmp(name, "RESET") == 0)
		note(ctx, PLAIN_RESET);
}

static void on_reply(void *ctx, enum qmp_command command, const json_t *result)
{
	struct plain *p = ctx;

	(void)command;
	if (!result)
		turns_fail(p->turns);
}

static void on_lost(void *ctx, const char *why)
{
	(void)why;
	(void)ctx; /* the end of QEMU itself says more */
}

static const struct qmp_ops qmp_ops = {
	.up = on_up,
	.event = on_event,
	.reply = on_reply,
	.lost = on_lost,
};

/* ---- console, and the ends of QEMU and its helper */

/* Keep the last words; PID 1's first ones are what is looked for. */
static void on_serial(void *ctx, uint32_t events)
{
	struct plain *p = ctx;
	size_t half = sizeof(p->seen) / 2;
	ssize_t n;

	(void)events;
	if (p->seen_len > half) {
		memmove(p->seen, p->seen + p->seen_len - half, half);
		p->seen_len = half;
	}
	n = recv(p->serial_fd, p->seen + p->seen_len, half - 1, MSG_DONTWAIT);
	if (n <= 0) {
		loop_remove(&p->turns->loop, p->serial_slot);
		p->serial_slot = -1;
		return;
	}
	p->seen_len += (size_t)n;
	if (!p->at_us[PLAIN_CONSOLE] &&
	    memmem(p->seen, p->seen_len, "reprise-init:", 13))
		note(p, PLAIN_CONSOLE);
}

static void on_end(void *ctx, uint32_t events)
{
	struct plain *p = ctx;

	(void)events;
	loop_remove(&p->turns->loop, p->end_slot);
	p->end_slot = -1;
	note(p, PLAIN_ENDED);
	if (!p->killing)
		turns_fail(p->turns);
}

static void on_helper_end(void *ctx, uint32_t events)
{
	struct plain *p = ctx;

	(void)events;
	loop_remove(&p->turns->loop, p->helper_slot);
	p->helper_slot = -1;
	note(p, PLAIN_FREED);
}

/* ---- start and end */

int plain_open(struct plain *p, struct turns *turns,
	       const struct prepared *what, char *error)
{
	int r;

	*p = (struct plain){
		.turns = turns,
		.what = what,
		.process = PROCESS_NONE,
		.old = PROCESS_NONE,
		.end_slot = -1,
		.helper_slot = -1,
		.serial_fd = -1,
		.serial_slot = -1,
	};
	r = runtime_open(&p->runtime, what->appliance.name, error);
	if (r == 0 && agent_open(&p->agent, &turns->loop, on_agent, p) < 0) {
		runtime_remove(&p->runtime);
		r = sentence(error, -ENOMEM, "out of memory");
	}
	if (r < 0)
		p->turns = NULL;
	return r;
}

/* Let go of QEMU's sockets. */
static void disconnect(struct plain *p)
{
	qmp_close(p->qmp);
	p->qmp = NULL;
	agent_attach(p->agent, -1);
	loop_remove(&p->turns->loop, p->serial_slot);
	p->serial_slot = -1;
	if (p->serial_fd >= 0)
		close(p->serial_fd);
	p->serial_fd = -1;
}

/* A helper need not wait any more, nor anybody for it. */
static void end_helper(struct process *p)
{
	if (p->helper_pidfd < 0)
		return;
	process_nudge_helper(p);
	process_reap_helper(p);
}

/* Of the generation that was killed, so that the next one takes its place:
 * nothing is done about it now, for that would be measured too. */
static void put_aside(struct plain *p)
{
	loop_remove(&p->turns->loop, p->helper_slot);
	p->helper_slot = -1;
	p->old = p->process;
	p->process = PROCESS_NONE;
}

static int connect_to(struct plain *p, const struct generation *g)
{
	struct loop *loop = &p->turns->loop;
	int r;

	p->process = g->process;
	p->serial_fd = g->serial_fd;
	p->serial_slot = loop_add(loop, p->serial_fd, EPOLLIN, on_serial, p);
	p->end_slot = loop_add(loop, p->process.pidfd, EPOLLIN, on_end, p);
	r = agent_attach(p->agent, g->agent_fd);
	if (r == 0)
		r = qmp_open(&p->qmp, loop, g->qmp_fd, &qmp_ops, p);
	else
		close(g->qmp_fd);
	if (r == 0 && (p->serial_slot < 0 || p->end_slot < 0))
		r = -ENFILE;
	return r;
}

int plain_start(struct plain *p, char *error)
{
	const struct prepared *w = p->what;
	const struct birth birth = { .appliance = &w->appliance,
				     .image = &w->image,
				     .caps = &w->caps,
				     .runtime = &p->runtime,
				     .cgroup = -1,
				     .promise = -1,
				     .tap = -1 };
	struct generation g;
	int r;

	put_aside(p);
	memset(p->at_us, 0, sizeof(p->at_us));
	p->seen_len = 0;
	p->killing = false;
	p->at_us[PLAIN_START] = turns_now();
	r = generation_start(&g, &birth, error);
	if (r < 0)
		return r;
	r = connect_to(p, &g);
	if (r < 0)
		return sentence(error, r, "%s: QEMU's sockets: %s",
				w->appliance.name, strerror(-r));
	return 0;
}

int plain_await(struct plain *p, enum plain_moment m, char *error)
{
	static const char *const names[PLAIN_MOMENTS] = {
		[PLAIN_START] = "start",
		[PLAIN_CONSOLE] = "PID 1's first line on the console",
		[PLAIN_HELLO] = "HELLO",
		[PLAIN_READY] = "READY",
		[PLAIN_RESET] = "QEMU's RESET",
		[PLAIN_ENDED] = "QEMU's end",
		[PLAIN_FREED] = "the end of QEMU's helper",
	};
	int r = turns_until(p->turns, &p->at_us[m], AWAIT_MS);

	if (r < 0)
		return sentence(error, r, "QEMU by hand (%s): no %s: %s",
				p->what->image.arch, names[m],
				r == -ECONNRESET ? "QEMU ended or refused"
						 : strerror(-r));
	return 0;
}

int plain_reboot(struct plain *p, char *error)
{
	struct msg m = { .type = MSG_REQUEST,
			 .epoch = p->epoch,
			 .request = { .intent = INTENT_REBOOT,
				      .grace_ms = 10000 } };
	int r;

	memset(p->at_us, 0, sizeof(p->at_us));
	r = agent_send(p->agent, &m);
	if (r < 0)
		return sentence(error, r,
				"QEMU by hand: REQUEST cannot be sent: %s",
				strerror(-r));
	return 0;
}

int plain_kill(struct plain *p, char *error)
{
	int r;

	end_helper(&p->old);
	p->killing = true;
	p->helper_slot = loop_add(&p->turns->loop, p->process.helper_pidfd,
				  EPOLLIN, on_helper_end, p);
	r = process_signal(&p->process, SIGKILL);
	if (r < 0)
		return sentence(error, r, "QEMU by hand cannot be killed: %s",
				strerror(-r));
	r = plain_await(p, PLAIN_ENDED, error);
	if (r < 0)
		return r;
	process_reap(&p->process);
	disconnect(p);
	return 0;
}

void plain_close(struct plain *p)
{
	if (!p->turns)
		return;
	disconnect(p);
	loop_remove(&p->turns->loop, p->end_slot);
	if (p->process.pidfd >= 0) {
		process_signal(&p->process, SIGKILL);
		process_reap(&p->process);
	}
	loop_remove(&p->turns->loop, p->helper_slot);
	end_helper(&p->process);
	end_helper(&p->old);
	agent_close(p->agent);
	runtime_remove(&p->runtime);
	p->turns = NULL;
}
