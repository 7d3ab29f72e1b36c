// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_generation.c - one appliance: its QEMU, from birth to reaping
 *
 * Theory of operation: a generation is a process, a cgroup leaf, three sockets
 * and a teardown helper. All of them are made, watched and forgotten here. Of
 * QEMU and its helper whichever end comes first is seen first, but when both
 * have come in one turn of the loop QEMU's is told first: the other order would
 * mean that the teardown was defeated.
 */
#include "host/shim_impl.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/runtime.h"
#include "host/link/agent.h"
#include "host/link/console.h"
#include "host/net/tap.h"
#include "host/qemu/lockmark.h"

static void on_qemu_end(void *ctx, uint32_t events)
{
	struct lc_event ev = { .type = EV_EXITED };
	struct shim *s = ctx;

	(void)events;
	qmp_drain(s->qmp);
	agent_drain(s->agent);
	loop_remove(&s->loop, s->qemu_slot);
	s->qemu_slot = -1;
	ev.wait_status = process_reap(&s->process);
	ev.helper_first = s->helper_first;
	if (WIFSIGNALED(ev.wait_status) && WTERMSIG(ev.wait_status) == SIGKILL)
		ev.oom = oom_found(&s->oom);
	shim_room(s);
	shim_step(s, &ev);
}

void shim_hear(struct shim *s)
{
	if (process_ended(&s->process)) {
		on_qemu_end(s, 0);
		return;
	}
	qmp_drain(s->qmp);
	agent_drain(s->agent);
}

static void lose_helper(struct shim *s)
{
	s->helper_first = true;
	log_line(STDERR_FILENO, s->opt->appliance->name,
		 "the teardown helper has ended before QEMU: QEMU's own end "
		 "will have to free the memory");
}

static void on_helper_end(void *ctx, uint32_t events)
{
	struct shim *s = ctx;

	if (process_ended(&s->process)) { /* both in one turn of the loop */
		on_qemu_end(s, events);
		return;
	}
	lose_helper(s);
	loop_remove(&s->loop, s->helper_slot);
	s->helper_slot = -1;
	process_reap_helper(&s->process);
}

int shim_watch_process(struct shim *s)
{
	int r = loop_add(&s->loop, s->process.pidfd, EPOLLIN, on_qemu_end, s);

	s->qemu_slot = r < 0 ? -1 : r;
	return r < 0 ? r : 0;
}

/* Its guest has not run yet: it ends at once. */
void shim_end_unwatched(struct shim *s, int why)
{
	struct lc_event ev = { .type = EV_EXITED };

	log_line(STDERR_FILENO, s->opt->appliance->name,
		 "QEMU %d was killed: nobody could have seen its end: epoll: "
		 "%s",
		 (int)s->process.pid, strerror(-why));
	process_signal(&s->process, SIGKILL);
	ev.wait_status = process_reap(&s->process);
	shim_later(s, &ev);
}

int shim_connect_generation(struct shim *s, const struct generation *g)
{
	int qmp = qmp_open(&s->qmp, &s->loop, g->qmp_fd, &shim_qmp_ops, s);
	int agent = agent_attach(s->agent, g->agent_fd);

	if (g->serial_fd >= 0)
		console_attach(s->console,
			       g->serial_fd); /* a luxury: may fail */
	return qmp < 0 ? qmp : agent;
}

static void tell_of_leaf(struct shim *s, const char *why)
{
	if (!s->leaf_told)
		log_line(STDERR_FILENO, s->opt->appliance->name,
			 "QEMU has no cgroup of its own: %s", why);
	s->leaf_told = true;
}

void shim_no_leaf(struct shim *s)
{
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		s->leaf[i] = (struct cgroup_leaf){ .fd = -1 };
}

/* A luxury: where it may not be made, the pidfds alone tell. */
static void make_leaf(struct shim *s)
{
	const char *name = s->opt->appliance->name;
	uint32_t generation = s->lc.generation;
	char error[SENTENCE_MAX], no_v1[SENTENCE_MAX];
	struct cgroup c;

	if (cgroup_find_memory_v1(&c, "", no_v1) == 0)
		cgroup_leaf_make(&c, name, generation, &s->leaf[1], no_v1);
	if (cgroup_find(&c, "", error) < 0 ||
	    cgroup_leaf_make(&c, name, generation, &s->leaf[0], error) < 0)
		tell_of_leaf(s, error);
}

static void remove_leaves(struct shim *s)
{
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		cgroup_leaf_remove(&s->leaf[i]);
}

/* Whoever holds the lock is a QEMU that nobody knows of. */
static int claim(struct shim *s, char *error)
{
	const struct runtime *rt = s->opt->runtime;
	int r = runtime_claim(s->opt->runtime);

	return r < 0 ? sentence(error, r,
				"%s/lock: %s: somebody holds it, perhaps "
				"another QEMU: `fuser %s/lock` names who",
				rt->dir, strerror(-r), rt->dir)
		     : 0;
}

static int start(struct shim *s, struct generation *g, char *error)
{
	const struct shim_options *o = s->opt;
	struct birth b = { .appliance = o->appliance,
			   .image = o->image,
			   .caps = o->caps,
			   .runtime = o->runtime,
			   .launcher = o->launcher,
			   .cgroup = s->leaf[0].fd,
			   .promise = s->promise.fd };
	int r = claim(s, error);

	if (r == 0)
		r = tap_ready(o->appliance, &s->tap_fd, error);
	if (r < 0)
		return r;
	b.tap = s->tap_fd;
	b.memory_group = cgroup_leaf_entrance(&s->leaf[1]);
	if (b.memory_group < 0)
		b.memory_group = 0;
	r = generation_start(g, &b, error);
	if (b.memory_group)
		close(b.memory_group);
	return r;
}

/* It is there: know it by all that it is known by. */
static void take_in(struct shim *s, const struct generation *g)
{
	s->process = g->process;
	s->helper_told = false;
	s->to_trim = true;
	s->helper_first = false;
	oom_watch(&s->oom, s->process.pid, clock_us());
	if (s->leaf[0].fd >= 0 && !g->process.in_cgroup) {
		tell_of_leaf(s, "it may not be born in one");
		cgroup_leaf_remove(&s->leaf[0]);
	}
	if (!g->process.in_memory_group)
		cgroup_leaf_remove(&s->leaf[1]);
	gauge_open(&s->gauge, &s->leaf[0], &s->leaf[1], s->process.pid, "");
	shim_promised(s);
}

void shim_launch(struct shim *s)
{
	const struct shim_options *o = s->opt;
	char error[SENTENCE_MAX];
	struct generation g;
	int r;

	shim_close_generation(s);
	s->booted = o->image;
	shim_promise(s);
	make_leaf(s);
	s->log_from = lseek(o->runtime->qemu_log, 0, SEEK_END);
	s->log_read = s->log_from;
	if (start(s, &g, error) < 0) {
		ledger_leave(&s->promise);
		remove_leaves(s);
		log_line(STDERR_FILENO, o->appliance->name, "%s", error);
		shim_later_type(s, EV_LAUNCH_FAILED);
		return;
	}
	take_in(s, &g);
	shim_keep_booted(s, o->image);
	if (shim_connect_generation(s, &g) < 0)
		shim_later_type(s, EV_QMP_LOST);
	r = shim_watch_process(s);
	if (r < 0)
		shim_end_unwatched(s, r);
}

void shim_close_generation(struct shim *s)
{
	shim_pressure_close(s); /* its trigger is of a leaf that ends with it */
	loop_remove(&s->loop, s->qemu_slot);
	loop_remove(&s->loop, s->helper_slot);
	s->qemu_slot = -1;
	s->helper_slot = -1;
	process_close(&s->process);
	gauge_close(&s->gauge);
	remove_leaves(s);
	qmp_close(s->qmp);
	s->qmp = NULL;
	if (s->agent)
		agent_attach(s->agent, -1);
	if (s->console)
		console_detach(s->console);
}

/* It shares QEMU's memory, and has it still when QEMU has gone: where there is
 * no group to tell. */
static void measure_by_helper(struct shim *s)
{
	if (s->gauge.kind != GAUGE_PROCESS)
		return;
	gauge_close(&s->gauge);
	gauge_open(&s->gauge, &s->leaf[0], &s->leaf[1], s->process.helper, "");
}

static bool knows_helper(struct shim *s)
{
	char mark[LOCKMARK_SIZE];

	if (s->process.helper_pidfd >= 0)
		return true;
	lockmark_make(s->opt->runtime->lock_fd, mark);
	return process_find_helper(&s->process, mark) == 0;
}

/* QEMU makes it before it speaks QMP, but it names itself when it first runs.
 */
void shim_watch_helper(struct shim *s)
{
	if (s->helper_slot >= 0 || !knows_helper(s))
		return;
	s->helper_slot = loop_add(&s->loop, s->process.helper_pidfd, EPOLLIN,
				  on_helper_end, s);
	measure_by_helper(s);
}
