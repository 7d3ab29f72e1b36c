// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_actions.c - one appliance: actions become system calls
 *
 * Theory of operation: one function an action, one table of them. What fails
 * here becomes an event for the lifecycle, which decides what that means.
 * Not here: QEMU as a process (host/shim_generation.c), and the calls that wait
 * (host/shim_calls.c).
 */
#include "host/shim_impl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/failed.h"
#include "host/link/agent.h"
#include "host/link/console.h"
#include "host/link/control.h"
#include "host/qemu/busy.h"
#include "host/qemu/cleanup_thread.h"
#include "host/report.h"

enum { CONSOLE_LINES = 10 }; /* of an unclean end */

static void send_qmp(struct shim *s, enum qmp_command command)
{
	if (qmp_send(s->qmp, command) < 0)
		shim_later_type(s, EV_QMP_LOST);
}

/* What has been settled need not be kept for a shim that takes over. */
static void forget_log(struct shim *s)
{
	(void)!ftruncate(s->opt->runtime->qmp_log, 0);
}

static void run(struct shim *s)
{
	forget_log(s);
	shim_watch_helper(s);
	log_line(STDERR_FILENO, s->opt->appliance->name,
		 "generation %u: QEMU is %d", s->lc.generation,
		 (int)s->process.pid);
	send_qmp(s, QMP_CONT);
}

static void tell_of_helper(struct shim *s)
{
	if (s->helper_told)
		return;
	s->helper_told = true;
	shim_watch_helper(s);
	if (s->process.helper_pidfd < 0)
		log_line(STDERR_FILENO, s->opt->appliance->name,
			 "QEMU has no teardown helper: its end will take as "
			 "long as its memory takes to free");
}

/* What the guest does not get it asks for again with its next HELLO. */
static int send_agent(struct shim *s, struct msg *m)
{
	m->epoch = s->lc.epoch.id;
	return agent_send(s->agent, m);
}

static void welcome(struct shim *s)
{
	const char *parameters = s->opt->appliance->parameters;
	struct msg m = { .type = MSG_WELCOME };

	m.welcome.heartbeat_ms = s->lc.cfg.heartbeat_ms;
	m.welcome.generation = s->lc.generation;
	m.welcome.boot = s->lc.boot;
	m.welcome.param_len = (uint16_t)strlen(parameters);
	memcpy(m.welcome.param, parameters, m.welcome.param_len);
	send_agent(s, &m);
	tell_of_helper(s);
}

static void request(struct shim *s)
{
	struct msg m = { .type = MSG_REQUEST };

	m.request.intent = s->lc.asked_intent;
	m.request.grace_ms = s->lc.cfg.grace_ms;
	send_agent(s, &m);
}

static void grant(struct shim *s)
{
	struct msg m = { .type = MSG_GRANT };

	m.grant.intent = s->lc.epoch.intent;
	m.grant.grace_ms = s->lc.granted_ms;
	send_agent(s, &m);
}

static void commit(struct shim *s)
{
	struct msg m = { .type = MSG_COMMIT };

	m.commit.intent = s->lc.epoch.intent;
	if (send_agent(s, &m) < 0)
		shim_later_type(s, EV_COMMIT_LOST);
}

static void probe(struct shim *s)
{
	send_qmp(s, QMP_STATUS);
}

/* While the VM is stopped: no stale byte survives, in either direction. */
static void reset(struct shim *s)
{
	int fd = runtime_connect(s->opt->runtime, RUNTIME_AGENT);
	int r = fd < 0 ? fd : agent_attach(s->agent, fd);

	if (r < 0) { /* a guest that we cannot hear; or nobody listens: dead */
		shim_later_type(s, r == -ECONNREFUSED ? EV_QMP_LOST
						      : EV_QMP_REFUSED);
		return;
	}
	send_qmp(s, QMP_ALLOW_RESET);
	send_qmp(s, QMP_RESET);
}

static void cont(struct shim *s)
{
	send_qmp(s, QMP_FORBID_RESET);
	send_qmp(s, QMP_CONT);
	forget_log(s);
}

static void pause_guest(struct shim *s)
{
	send_qmp(s, QMP_STOP);
}

/* What another shim has set cannot be queried: set it all again. */
static void claim(struct shim *s)
{
	send_qmp(s, QMP_FORBID_RESET);
	send_qmp(s, QMP_STATUS);
}

static void quit(struct shim *s)
{
	shim_watch_helper(s);
	send_qmp(s, QMP_QUIT);
}

static void term(struct shim *s)
{
	shim_watch_helper(s);
	process_signal(&s->process, SIGTERM);
}

static void kill_qemu(struct shim *s)
{
	process_signal(&s->process, SIGKILL);
}

static void measure(struct shim *s)
{
	const struct lc_event ev = { .type = EV_CPU,
				     .cpu_us =
					     busy_main_thread(s->process.pid) };

	shim_later(s, &ev);
}

static void look(struct shim *s)
{
	const struct lc_event ev = {
		.type = EV_CLEANUP,
		.sight = cleanup_thread_find(s->process.pid),
	};

	shim_later(s, &ev);
}

static void tell_reset(struct shim *s)
{
	const struct report r = shim_report(s);

	report_reset(&r);
}

static void powerdown(struct shim *s)
{
	send_qmp(s, QMP_POWERDOWN);
}

/* Never wait for a reader, and stop telling one that has left. */
static void ready(struct shim *s)
{
	struct pollfd p = { .fd = s->ready_fd, .events = POLLOUT };

	shim_serves(s);
	if (s->ready_fd < 0 || poll(&p, 1, 0) <= 0)
		return;
	if (p.revents & POLLERR || write(s->ready_fd, "\n", 1) < 0) {
		close(s->ready_fd);
		s->ready_fd = -1;
	}
}

struct report shim_report(const struct shim *s)
{
	return (struct report){
		.appliance = s->opt->appliance,
		.image = s->booted,
		.runtime = s->opt->runtime,
		.lc = &s->lc,
		.qemu = s->qemu_slot >= 0 ? s->process.pid : 0,
		.helper = s->helper_slot >= 0 ? s->process.helper : 0,
		.started_us = s->started_us,
		.log_from = s->log_from,
		.agent_dropped = agent_dropped(s->agent),
		.readers_dropped = control_dropped(s->control),
		.console_now = s->console_now,
		.console_last = s->console_last,
		.teardowns = s->teardown,
		.teardown_count = s->teardowns,
	};
}

/* An unclean end comes with what the guest said last. */
static void judged(struct shim *s)
{
	struct report r;

	json_decref(s->console_now);
	s->console_now = NULL;
	if (!cause_clean(s->lc.now.cause)) {
		console_drain(s->console);
		s->console_now = console_tail(s->console, CONSOLE_LINES);
	}
	r = shim_report(s);
	report_judged(&r);
}

static void record(struct shim *s)
{
	struct report r;

	json_decref(s->console_last);
	s->console_last = s->console_now;
	s->console_now = NULL;
	r = shim_report(s);
	report_done(&r);
	shim_record(s);
}

static void warn_strange(struct shim *s)
{
	log_line(STDERR_FILENO, s->opt->appliance->name,
		 "the guest says that it is '%s', but '%s' was booted: the "
		 "next restart will be a full one",
		 s->lc.epoch.image, s->lc.cfg.image);
}

static void tell_wait(struct shim *s)
{
	log_line(STDERR_FILENO, s->opt->appliance->name,
		 "%u failures in a row: the next start is in %llu ms",
		 s->lc.failures,
		 (unsigned long long)(s->lc.deadline_us - clock_us()) / 1000);
}

static void tell_memory(struct shim *s)
{
	const char *name = s->opt->appliance->name;
	uint64_t since_us =
		s->lc.admit_until_us - s->lc.cfg.admission_ms * 1000ULL;

	if (s->lc.memory_said[0])
		log_line(STDERR_FILENO, name, "%s for memory: %s",
			 s->lc.state == LC_LAUNCHING
				 ? "starts anyway, after it has waited"
				 : "waits",
			 s->lc.memory_said);
	else
		log_line(STDERR_FILENO, name,
			 "starts: there is memory for it, after %llu ms",
			 (unsigned long long)(clock_us() - since_us) / 1000);
}

/* A crash loop: whoever starts it again is to know. */
static void keep_down(struct shim *s)
{
	const struct passage *p = &s->lc.last;
	const char *name = s->opt->appliance->name;
	char why[SENTENCE_MAX], error[SENTENCE_MAX];

	sentence(why, 0, "%s: at last %s: %s", p->reason, cause_name(p->cause),
		 p->evidence);
	if (failed_write(name, why, error) < 0)
		log_line(STDERR_FILENO, name, "%s", error);
	else
		log_line(STDERR_FILENO, name,
			 "failed: it stays down until `reprise reset-failed "
			 "%s`",
			 name);
}

static void finish(struct shim *s)
{
	if (s->lc.last.failed)
		keep_down(s);
	s->exit_code = cause_exit(s->lc.last.cause);
	loop_stop(&s->loop);
}

void shim_act(struct shim *s, uint32_t acts)
{
	static const struct {
		enum lc_action act;
		void (*fn)(struct shim *s);
	} table[] = {
		{ ACT_TELL_MEMORY, tell_memory },
		{ ACT_LAUNCH, shim_launch },
		{ ACT_RUN, run },
		{ ACT_WELCOME, welcome },
		{ ACT_REQUEST, request },
		{ ACT_GRANT, grant },
		{ ACT_COMMIT, commit },
		{ ACT_PROBE, probe },
		{ ACT_RESET, reset },
		{ ACT_CONT, cont },
		{ ACT_QUIT, quit },
		{ ACT_TERM, term },
		{ ACT_KILL, kill_qemu },
		{ ACT_NUDGE, shim_teardown },
		{ ACT_READY, ready },
		{ ACT_JUDGED, judged },
		{ ACT_RECORD, record },
		{ ACT_ANSWER, shim_answer },
		{ ACT_FINISH, finish },
		{ ACT_MEASURE, measure },
		{ ACT_POWERDOWN, powerdown },
		{ ACT_STRANGE, warn_strange },
		{ ACT_TELL_WAIT, tell_wait },
		{ ACT_LOOK, look },
		{ ACT_TELL_RESET, tell_reset },
		{ ACT_CONNECT, shim_connect },
		{ ACT_CLAIM, claim },
		{ ACT_ASK, shim_ask },
		{ ACT_ADMIT, shim_admit },
		{ ACT_GONE, shim_answer_gone },
		{ ACT_SUPERSEDED, shim_answer_superseded },
		{ ACT_PAUSE, pause_guest },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (acts & table[i].act)
			table[i].fn(s);
}
