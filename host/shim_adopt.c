// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_adopt.c - one appliance: from one shim to the next
 *
 * Theory of operation: while it runs, a shim keeps a record of what only it
 * knows (host/config/running_record.h); when it begins, it takes over what
 * host/leftover.h has found, and tells the lifecycle how QEMU says that the VM
 * is. Neither the loss of the record nor that of the log stops anything.
 */
#include "host/shim_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/config/runtime.h"
#include "host/handover.h"
#include "host/leftover.h"
#include "host/link/agent.h"
#include "host/qemu/event.h"
#include "host/qemu/proc.h"
#include "host/qemu/qmplog.h"

enum { LOG_TAIL = 65536 };
static_assert((int)ORPHAN_HELPERS == (int)SHIM_TEARDOWNS,
	      "each of them is noted, and followed by the next");

void shim_keep_begin(struct shim *s)
{
	s->record_fd = record_open(s->opt->runtime->dir_fd);
	memset(&s->record, 0, sizeof(s->record));
}

/* What runs is what was booted, whatever was asked for since. */
void shim_keep_booted(struct shim *s, const struct image *image)
{
	struct record *r = &s->record;

	r->known.qemu.pid = s->process.pid;
	r->known.qemu.start = proc_start(s->process.pid);
	memcpy(r->image, image->name, sizeof(r->image));
	memcpy(r->version, image->version, sizeof(r->version));
	memcpy(r->id, image->id, sizeof(r->id));
}

/* Return: how many there are with it */
static size_t note_helper(struct orphan_hint *known, size_t i,
			  const struct process *p, uint32_t generation)
{
	struct orphan_helper *h = &known->helper[i];

	if (p->helper_pidfd < 0)
		return i;
	h->process.pid = p->helper;
	h->process.start = p->helper_start;
	h->qemu = p->pid;
	h->generation = generation;
	return i + 1;
}

/*
 * All that hold memory, or will: for as long as the kernel clears it nothing in
 * /proc says whose they are.
 */
static void note_helpers(const struct shim *s, struct orphan_hint *known)
{
	size_t n;

	memset(known->helper, 0, sizeof(known->helper));
	n = note_helper(known, 0, &s->process, s->lc.generation);
	for (size_t i = 0; i < s->teardowns; i++)
		n = note_helper(known, n, &s->teardown[i].process,
				s->teardown[i].generation);
}

/* A complaint of the boot that goes on is to be heard again by the next. */
static void note_log(struct shim *s, struct record *r)
{
	if (!s->lc.pv.any)
		s->log_heard = s->log_read;
	r->log_from = s->log_from;
	r->log_heard = s->log_heard;
}

void shim_keep(struct shim *s)
{
	struct record now;
	int e;

	memcpy(&now, &s->record, sizeof(now)); /* padding too */
	lifecycle_save(&s->lc, &now.life);
	note_helpers(s, &now.known);
	note_log(s, &now);
	now.started_us = s->started_us;
	now.stake = s->stake;
	if (memcmp(&now, &s->record, sizeof(now)) == 0)
		return;
	memcpy(&s->record, &now, sizeof(now));
	e = s->record_fd < 0 ? s->record_fd
			     : record_write(s->record_fd, &s->record);
	if (e < 0 && !s->record_told)
		log_line(STDERR_FILENO, s->opt->appliance->name,
			 "%s/record cannot be written (%s): should this shim "
			 "die, the next one will know less",
			 s->opt->runtime->dir, strerror(-e));
	s->record_told = e < 0;
}

void shim_keep_end(struct shim *s)
{
	if (s->record_fd >= 0)
		close(s->record_fd);
	s->record_fd = -1;
}

/* An image that nobody knows has no id; what is told of it is a guess. */
static void name_booted(struct shim *s, const struct leftover *l)
{
	s->adopted_image = *s->opt->image;
	if (l->recorded) {
		memcpy(s->adopted_image.name, l->record.image,
		       sizeof(l->record.image));
		memcpy(s->adopted_image.version, l->record.version,
		       sizeof(l->record.version));
	}
	memcpy(s->adopted_image.id, l->record.id, sizeof(l->record.id));
	s->booted = &s->adopted_image;
}

/* What QEMU said while no shim lived is to be heard yet. */
static void take_log(struct shim *s, const struct leftover *l)
{
	if (!l->recorded || l->record.log_from < 0 || l->record.log_heard < 0)
		return;
	s->log_from = (off_t)l->record.log_from;
	s->log_read = s->log_heard = (off_t)l->record.log_heard;
}

/* Who looks at it does not see that shims come and go. */
static void take_uptime(struct shim *s, uint64_t started_us)
{
	if (started_us && started_us < s->started_us)
		s->started_us = started_us;
}

/* Of another user's QEMU nobody can open it a second time. */
static void take_score(struct shim *s)
{
	if (s->process.score_fd || s->opt->before->score < 0)
		return;
	s->process.score_fd = s->opt->before->score;
	s->opt->before->score = -1;
}

/* Whatever counts and holds its memory. */
static void take_memory(struct shim *s, const struct leftover *l)
{
	pid_t pid = l->left.qemu ? s->process.pid : s->process.helper;

	if (l->recorded)
		s->stake = l->record.stake;
	cgroup_leaf_of("", pid, s->opt->appliance->name, s->leaf);
	gauge_open(&s->gauge, &s->leaf[0], &s->leaf[1], pid, "");
	shim_watch_helper(s);
	shim_retake(s, s->process.pid);
}

int shim_adopt(struct shim *s)
{
	struct leftover *l = s->opt->leftover;
	const struct lc_event ev = { .type = EV_ADOPT, .left = &l->left };
	int r;

	l->left.handed_over = s->opt->before->given;
	if (l->recorded) {
		memcpy(&s->record, &l->record, sizeof(s->record));
		take_uptime(s, l->record.started_us);
	}
	if (l->left.qemu || l->left.memory) {
		s->process = l->qemu.process;
		l->qemu.process = PROCESS_NONE;
	}
	if (l->left.qemu) {
		take_score(s);
		name_booted(s, l);
		take_log(s, l);
		r = shim_watch_process(s);
		if (r < 0)
			return r;
		oom_watch(&s->oom, s->process.pid, clock_us());
		shim_keep_booted(s, s->booted);
	}
	if (l->left.qemu || l->left.memory)
		take_memory(s, l);
	for (size_t i = 0; i < l->drains; i++)
		shim_teardown_adopt(s, &l->drain[i].process,
				    l->drain[i].generation);
	l->drains = 0;
	shim_step(s, &ev);
	return 0;
}

static void replay(void *ctx, const char *name, const json_t *data)
{
	char said[EVIDENCE_SAID];
	struct lc_event ev;

	if (event_read(name, data, &ev, said) && ev.type == EV_SHUTDOWN)
		shim_step(ctx, &ev);
}

void shim_hear_log(struct shim *s)
{
	char *text = malloc(LOG_TAIL);
	int n = text ? qmplog_read(s->opt->runtime->dir_fd, "qmp.log", text,
				   LOG_TAIL)
		     : 0;

	if (n > 0)
		qmplog_replay(text, (size_t)n, replay, s);
	free(text);
}

void shim_connect(struct shim *s)
{
	struct generation *g = &s->opt->leftover->qemu;

	if (!process_ended(&s->process))
		log_line(STDERR_FILENO, s->opt->appliance->name,
			 "generation %u: QEMU %d runs already, without a shim: "
			 "taking charge of it",
			 s->lc.generation, (int)s->process.pid);
	if (shim_connect_generation(s, g) < 0) {
		shim_hear_log(s);
		shim_later_type(s, EV_QMP_LOST);
	}
	g->qmp_fd = g->agent_fd = g->serial_fd = -1;
}

void shim_ask(struct shim *s)
{
	struct msg m = { .type = MSG_ASK };

	agent_send(s->agent, &m);
}

/* The log says why it stopped, if it can; some states say so themselves. */
static void tell_why(struct shim *s, const char *status)
{
	static const struct {
		const char *status; /* QEMU qapi/run-state, RunState */
		enum vm_end end;
	} ends[] = {
		{ "guest-panicked", END_PANIC },
		{ "watchdog", END_WATCHDOG },
		{ "io-error", END_PAUSED },
		{ "internal-error", END_PAUSED },
		{ "paused", END_PAUSED },
	};

	shim_hear_log(s);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		const struct lc_event ev = { .type = EV_SHUTDOWN,
					     .end = ends[i].end };

		if (strcmp(ends[i].status, status) == 0)
			shim_step(s, &ev);
	}
}

void shim_found(struct shim *s, const json_t *status)
{
	static const struct {
		const char *status;
		enum vm_found vm;
	} vms[] = {
		{ "running", VM_RUNNING },
		{ "suspended", VM_RUNNING },
		{ "prelaunch", VM_READY_TO_RUN },
	};
	const char *word = json_string_value(json_object_get(status, "status"));
	struct lc_event ev = { .type = EV_FOUND, .vm = VM_STOPPED };

	for (size_t i = 0; word && i < ARRAY_SIZE(vms); i++)
		if (strcmp(vms[i].status, word) == 0)
			ev.vm = vms[i].vm;
	log_line(STDERR_FILENO, s->opt->appliance->name,
		 "generation %u, boot %u: the VM is %s; it was %s",
		 s->lc.generation, s->lc.boot, word ? word : "silent",
		 lc_state_name(s->lc.before));
	if (ev.vm != VM_STOPPED) {
		shim_step(s, &ev);
		return;
	}
	tell_why(s, word ? word : "");
	shim_judge(s, &ev);
}
