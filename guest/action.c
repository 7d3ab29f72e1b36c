// SPDX-License-Identifier: Apache-2.0
/*
 * guest/action.c - PID 1: what the session decides is done here
 *
 * Theory of operation: one function an action, none of which blocks. Where the
 * outcome is known at once it is the next event; where it is not, the loop
 * hears of it later: from a pipe, or by the end of a child.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "common/array.h"
#include "guest/boot/console.h"
#include "guest/file/file.h"
#include "guest/init.h"
#include "guest/payload/cgroup.h"
#include "guest/power/proof.h"
#include "guest/power/quiet.h"
#include "guest/power/reboot.h"

/* A payload that PID 1 would never hear of is none. */
static int watch_payload(struct init *in)
{
	struct payload *p = &in->payload;
	int started = init_watch(in, FD_STARTED, p->started_fd, EPOLLIN);
	int ready = init_watch(in, FD_READY, p->ready_fd, EPOLLIN);

	if (started == 0 && ready == 0)
		return 0;
	init_unwatch(in, FD_STARTED);
	init_unwatch(in, FD_READY);
	p->failed = true;
	kill(p->pid, SIGKILL);
	return started ? started : ready;
}

/* Without limits to keep, a kernel without the group will do as well. */
static int open_cgroup(struct init *in)
{
	const struct box_conf *box = &in->conf.box;
	int r = 0;

	if (in->payload.cgroup < 0) {
		r = cgroup_open(box);
		in->payload.cgroup = r < 0 ? -1 : r;
	}
	return r < 0 && (box->memory_max || box->pids_max) ? r : 0;
}

static bool start(struct init *in, struct session_event *next)
{
	int r = open_cgroup(in);

	init_forget_notices(in);
	if (r < 0)
		say("cgroup with its limits: %s", strerror(-r));
	else
		r = payload_start(&in->payload, &in->conf);
	if (r == 0)
		r = watch_payload(in);
	if (r == 0)
		return false;
	say("payload %s: %s", in->conf.exec.text, strerror(-r));
	next->kind = SEV_NOT_STARTED;
	next->count = (uint32_t)-r;
	return true;
}

/* What a shell may source: which boot this is, as the host counts. */
static bool welcomed(struct init *in, struct session_event *next)
{
	const struct session *s = &in->session;
	char text[128];
	int n = snprintf(text, sizeof(text),
			 "GENERATION=%u\nBOOT=%u\nEPOCH=%016llx\nHOST=yes\n",
			 s->generation, s->boot,
			 (unsigned long long)s->id.epoch);
	int r = file_replace("/run/reprise/guest", text, (size_t)n);

	(void)next;
	if (r < 0)
		say("write /run/reprise/guest: %s", strerror(-r));
	if (in->heard)
		init_host_word(in, &in->heard->welcome);
	return false;
}

/* Its command runs, one at a time: CHECKED follows by its end. */
static bool health(struct init *in, struct session_event *next)
{
	pid_t pid = in->health_pid ? -EBUSY
				   : payload_check(&in->payload, &in->conf);

	if (pid > 0) {
		in->health_pid = pid;
		return false;
	}
	say("health command %s: %s", in->conf.health.text, strerror(-pid));
	next->kind = SEV_CHECKED;
	next->count = 1;
	return true;
}

/* It leads a session, if it came so far; its end finds nobody waiting. */
static bool health_stop(struct init *in, struct session_event *next)
{
	(void)next;
	if (in->health_pid > 0) {
		kill(-in->health_pid, SIGKILL);
		kill(in->health_pid, SIGKILL);
	}
	return false;
}

static bool term(struct init *in, struct session_event *next)
{
	(void)next;
	if (in->payload.pid > 0)
		kill(in->payload.pid, SIGTERM);
	return false;
}

/* Every process of the payload is a child of PID 1, or a child's child. */
static bool no_child(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) <
		       0 &&
	       errno == ECHILD;
}

/* Their ends come by SIGCHLD; without any child there is nothing to kill. */
static bool kill_all(struct init *in, struct session_event *next)
{
	next->kind = SEV_ALONE;
	if (no_child())
		return true;
	if (in->payload.cgroup >= 0)
		cgroup_kill(in->payload.cgroup); /* frozen ones, too */
	kill(-1, SIGKILL); /* and whoever left the group */
	return false;
}

static bool quiet(struct init *in, struct session_event *next)
{
	in->quiet_pid = quiet_start();
	next->kind = SEV_QUIET;
	return in->quiet_pid == 0;
}

static bool prove(struct init *in, struct session_event *next)
{
	struct proof *p = &next->proof;

	init_print(in);
	next->kind = SEV_PROOF;
	proof_read("", p);
	say("%s: %u KiB dirty, %u KiB in writeback, %u requests in flight, "
	    "%u writable mounts, %u processes",
	    proof_clean(p) ? "quiet" : "not quiet", p->dirty_kib,
	    p->writeback_kib, p->inflight, p->rw_mounts, p->processes);
	return true;
}

static bool end(struct init *in, struct session_event *next)
{
	in->reboot_pid = power_end_by_child(in->session.intent);
	next->kind = SEV_STILL_HERE;
	return in->reboot_pid == 0;
}

static bool end_self(struct init *in, struct session_event *next)
{
	(void)next;
	power_end(in->session.intent);
	return false;
}

bool init_act(struct init *in, enum session_action action,
	      struct session_event *next)
{
	static bool (*const actions[])(struct init * in,
				       struct session_event * next) = {
		[SACT_START] = start,	[SACT_WELCOMED] = welcomed,
		[SACT_HEALTH] = health, [SACT_HEALTH_STOP] = health_stop,
		[SACT_TERM] = term,	[SACT_KILL] = kill_all,
		[SACT_QUIET] = quiet,	[SACT_PROVE] = prove,
		[SACT_REBOOT] = end,	[SACT_REBOOT_SELF] = end_self,
	};

	_Static_assert(ARRAY_SIZE(actions) == SACT_KINDS,
		       "one function per action");
	return actions[action](in, next);
}
