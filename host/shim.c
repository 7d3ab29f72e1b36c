// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim.c - one appliance: descriptors become events
 *
 * Theory of operation: one thread, one epoll loop. Each source (a signal, the
 * deadline, QMP, the agent port, the end of QEMU or of its helper, a call on
 * the control socket) becomes one event for host/core/lifecycle, which answers
 * with actions. Where the order of two sources matters it is made by who hears
 * the later one: at STOP (shim_qmp.c) and at QEMU's end (shim_generation.c) the
 * agent's last words are read before the lifecycle hears of it, and QMP's last
 * words before QEMU's end. A deadline comes last of all: where nobody was run
 * in time, what is waited for may be there, and only we have not read it.
 */
#include "host/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/config/runtime.h"
#include "host/core/deadlines.h"
#include "host/launch/confine.h"
#include "host/launch/launcher.h"
#include "host/leftover.h"
#include "host/link/agent.h"
#include "host/link/console.h"
#include "host/link/control.h"
#include "host/qemu/able.h"
#include "host/qemu/complaint.h"
#include "host/shim_impl.h"
#include "host/trim.h"

/* A guest has so long to do as it was told: on a busy host its PID 1 may wait
 * for a CPU, or for its memory to come back from a disk. */
enum { ANSWER_MS = 10000 };

static void arm_timer(struct shim *s)
{
	uint64_t at_us = lifecycle_deadline(&s->lc);
	struct itimerspec t = {
		.it_value = { .tv_sec = (time_t)(at_us / 1000000),
			      .tv_nsec = (long)(at_us % 1000000) * 1000 },
	};

	timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

/* Two of a kind are one, the later: so there is always room. */
void shim_later(struct shim *s, const struct lc_event *ev)
{
	unsigned int i = 0;

	while (i < s->later_count && s->later[i].type != ev->type)
		i++;
	s->later_count += i == s->later_count;
	s->later[i] = *ev;
}

void shim_later_type(struct shim *s, enum lc_event_type type)
{
	shim_later(s, &(struct lc_event){ .type = type });
}

static void step_once(struct shim *s, const struct lc_event *ev)
{
	const struct shim_seen before = shim_see(s);
	uint32_t acts = lifecycle_step(&s->lc, ev, clock_us());

	if (acts & ~(ACT_ADMIT | ACT_MEASURE))
		shim_show_wait(s, false);
	shim_act(s, acts);
	if (s->lc.state != LC_ADMITTING)
		shim_leave_queue(s);
	shim_pressure_tell(s, before.state);
	shim_tell(s, &before, acts);
}

/* What QEMU has said is older than what has come of it. */
static void hear_qemu(struct shim *s)
{
	struct lc_event ev = { .type = EV_PV_FAILED };

	while (complaint_next(s->log_fd, &s->log_read, &ev.pv))
		step_once(s, &ev);
}

/* Last in a step: what comes after it in the step would bring some back. */
static void trim(struct shim *s)
{
	if (!s->to_trim || s->lc.state != LC_SERVING)
		return;
	s->to_trim = false;
	trim_memory();
}

void shim_step(struct shim *s, const struct lc_event *ev)
{
	shim_logs_bound(s);
	hear_qemu(s);
	step_once(s, ev);
	while (s->later_count) {
		struct lc_event next = s->later[0];

		s->later_count--;
		memmove(s->later, s->later + 1,
			s->later_count * sizeof(s->later[0]));
		step_once(s, &next);
	}
	shim_show_wait(s, true);
	shim_pressure_watch(s);
	shim_keep(s);
	arm_timer(s);
	service_tell(&s->service, &s->lc, clock_us());
	trim(s);
}

void shim_step_type(struct shim *s, enum lc_event_type type)
{
	const struct lc_event ev = { .type = type };

	shim_step(s, &ev);
}

static void on_signal(void *ctx, uint32_t events)
{
	const struct lc_event ev = { .type = EV_WISH, .wish = WISH_SHUTDOWN };
	struct signalfd_siginfo info;
	struct shim *s = ctx;

	(void)events;
	if (read(s->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		shim_step(s, &ev);
}

void shim_overdue(struct shim *s)
{
	shim_hear(s);
	shim_step_type(s, EV_DEADLINE);
}

static void on_timer(void *ctx, uint32_t events)
{
	struct shim *s = ctx;
	uint64_t ticks;

	(void)events;
	if (read(s->timer_fd, &ticks, sizeof(ticks)) > 0)
		shim_overdue(s);
}

static void on_agent(void *ctx, const struct msg *m)
{
	const struct lc_event ev = { .type = EV_AGENT, .msg = m };

	shim_step(ctx, &ev);
}

static struct lc_config config_of(const struct shim_options *o)
{
	const struct appliance *a = o->appliance;
	struct lc_config cfg = {
		.boot_ms = a->boot_timeout_ms,
		.grace_ms = a->grace_ms,
		.heartbeat_ms = a->heartbeat_ms,
		.ask_ms = ANSWER_MS,
		.commit_ms = ANSWER_MS,
		.exit_ms = EXIT_MS,
		.destroy_ms = destroy_ms(a->memory),
		.admission_ms = a->admission.timeout_ms,
		.start_late = a->admission.late == LATE_START_ANYWAY,
		.restart_clean = true,
		.restart_poweroff = a->restart == RESTART_ALWAYS,
		.restart_crashed = a->restart != RESTART_NEVER,
		.crash_limit = a->restart_limit,
		.crash_window_ms = a->restart_interval_ms,
		.backoff_ms = a->restart_delay_ms,
		.backoff_max_ms = a->restart_delay_max_ms,
		.on_panic = (enum on_panic)a->on_panic,
		.silence_ms = a->silence_ms,
		.secure_wanted = a->secure == SECURE_YES,
		.reset_waits = able_hindrance(a, o->caps, o->uv) != NULL,
		.could_be_secure =
			a->accel == ACCEL_KVM && able_machine(a) == QEMU_CCW,
		/* without ACPI: host/qemu/argv.c */
		.poweroff_unseen = a->accel == ACCEL_TCG &&
				   able_machine(a) == QEMU_MICROVM,
	};
	char says[128] = "";

	/* as image/ writes it into the guest, and as HELLO cuts it */
	snprintf(says, sizeof(says), "%s %s", o->image->name,
		 o->image->version);
	memcpy(cfg.image, says, MSG_IMAGE_MAX);
	return cfg;
}

static int watch_signals(struct shim *s)
{
	sigset_t set, block;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	block = set;
	sigaddset(&block, SIGPIPE); /* who reads our words may leave */
	if (sigprocmask(SIG_BLOCK, &block, NULL) < 0)
		return -errno;
	s->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->signal_fd < 0)
		return -errno;
	return loop_add(&s->loop, s->signal_fd, EPOLLIN, on_signal, s);
}

static int watch_timer(struct shim *s)
{
	s->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (s->timer_fd < 0)
		return -errno;
	return loop_add(&s->loop, s->timer_fd, EPOLLIN, on_timer, s);
}

/* Return: >= 0; else -errno; @error has a sentence or is empty */
static int shim_open(struct shim *s, char *error)
{
	int r = loop_init(&s->loop);

	/* before the first fork: QEMU's helper must come home to us */
	if (r >= 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		r = -errno;
	if (r >= 0)
		r = watch_signals(s);
	if (r >= 0)
		r = watch_timer(s);
	if (r >= 0)
		r = shim_logs_watch(s);
	if (r >= 0)
		r = shim_memory_open(s, error);
	if (r >= 0)
		r = shim_teardown_open(s);
	if (r >= 0)
		r = service_open(&s->service, s->opt->notify, &s->loop);
	if (r >= 0)
		r = agent_open(&s->agent, &s->loop, on_agent, s);
	if (r >= 0)
		r = shim_open_links(s, error);
	if (r >= 0)
		r = confine_shim(&s->opt->launcher->who,
				 s->opt->appliance->network == NETWORK_TAP);
	return r;
}

/*
 * A QEMU that is still there at the end: the loop itself failed, or it cannot
 * even be killed. It keeps the lock for as long as it lives.
 */
static void leave_qemu(struct shim *s)
{
	if (s->process.pidfd < 0) {
		if (s->opt->runtime->occupied) /* by one that was adopted */
			runtime_claim(s->opt->runtime);
		return;
	}
	s->opt->runtime->occupied = true;
	log_line(STDERR_FILENO, s->opt->appliance->name,
		 s->lc.state == LC_ENDED
			 ? "QEMU %d has not ended yet and keeps its memory: "
			   "wait for its end before the next start"
			 : "QEMU %d goes on without a shim: run it again to "
			   "take charge of it",
		 (int)s->process.pid);
}

static void shim_close(struct shim *s)
{
	shim_handover_end(s);
	control_close(s->control); /* the answers go first */
	leave_qemu(s);
	shim_close_generation(s);
	shim_teardown_close(s);
	ledger_leave(&s->promise);
	console_close(s->console);
	json_decref(s->console_now);
	json_decref(s->console_last);
	service_close(&s->service);
	agent_close(s->agent);
	shim_logs_close(s);
	if (s->tap_fd >= 0)
		close(s->tap_fd);
	if (s->timer_fd >= 0)
		close(s->timer_fd);
	if (s->signal_fd >= 0)
		close(s->signal_fd);
	shim_keep_end(s);
	loop_close(&s->loop);
}

void shim_init(struct shim *s, const struct shim_options *options)
{
	*s = (struct shim){
		.opt = options,
		.exit_code = 1,
		.to_trim = true,
		.tap_fd = options->tap_fd,
		.ready_fd = options->ready_fd,
		.started_us = clock_us(),
		.signal_fd = -1,
		.timer_fd = -1,
		.logs_fd = -1,
		.qemu_slot = -1,
		.helper_slot = -1,
		.loop.epfd = -1,
		.process = PROCESS_NONE,
		.leaf = { { .fd = -1 }, { .fd = -1 } },
		.promise = { .fd = -1 },
		.drain_timer_fd = -1,
		.pressure_fd = -1,
		.pressure_slot = -1,
		.service = { .timer_fd = -1 },
		.booted = options->image,
		.record_fd = -1,
		.log_fd = -1,
	};
}

int shim_run(const struct shim_options *options)
{
	const struct lc_config cfg = config_of(options);
	char error[SENTENCE_MAX] = "";
	struct shim s;
	int r;

	shim_init(&s, options);
	s.log_fd = openat(options->runtime->dir_fd, "qemu.log",
			  O_RDONLY | O_CLOEXEC);
	s.log_read = lseek(options->runtime->qemu_log, 0, SEEK_END);
	shim_handover_begin(&s);
	r = shim_open(&s, error);
	if (r >= 0) {
		s.exit_code = SHIM_FAILED; /* unless the appliance ends */
		lifecycle_init(&s.lc, &cfg);
		shim_learn(&s);
		shim_keep_begin(&s);
		shim_handover_join(&s);
		if (options->leftover->any)
			r = shim_adopt(&s);
		else
			shim_step_type(&s, EV_START);
		if (r >= 0) {
			shim_handover_done(&s);
			r = loop_run(&s.loop);
		}
	}
	shim_show_wait(&s, false);
	if (r < 0)
		log_line(STDERR_FILENO, options->appliance->name, "%s%s%s",
			 error, error[0] ? "" : "cannot go on: ",
			 error[0] ? "" : strerror(-r));
	shim_close(&s);
	return s.exit_code;
}
