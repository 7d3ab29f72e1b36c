// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/release.c - reprise release: end what a shim that has gone has
 * left
 *
 * Theory of operation: what `run` would adopt (host/leftover.h) is ended
 * instead (host/qemu/ending.h), by whoever has charge of the runtime directory,
 * so never beside a shim. Then all is as after an orderly end: a line of the
 * history, no directory, no group. What does not end in time keeps directory
 * and record, so that release or run may be tried again.
 *
 * Root may do this for the user whose appliance it is (host/launch/behalf.h).
 * As ExecStopPost= of the service it tells the manager how long it may take.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

#include "host/cgroup/cgroup.h"
#include "host/config/history.h"
#include "host/config/runtime.h"
#include "host/core/deadlines.h"
#include "host/launch/behalf.h"
#include "host/leftover.h"
#include "host/qemu/ending.h"
#include "host/qemu/lockmark.h"
#include "host/record.h"
#include "host/systemd/notify.h"
#include "host/verbs/args.h"
#include "host/verbs/progress.h"
#include "host/verbs/verbs.h"

struct release {
	const char *name;
	struct runtime runtime;
	struct leftover left;
	struct notify notify;
	struct progress progress;
	struct behalf behalf;
};

static void tell(void *ctx, enum ending_step step, uint32_t left_ms)
{
	static const char *const words[] = {
		[ENDING_TERM] = "QEMU was told to end",
		[ENDING_KILL] = "QEMU was killed",
		[ENDING_DRAIN] = "its memory comes back",
	};
	struct release *r = ctx;

	progress_tell(&r->progress, words[step]);
	notify_extend(&r->notify, left_ms);
}

static int failed(const struct release *r, const struct ending *e, int why,
		  char *error)
{
	const struct process *p = e->process;

	if (why != -ETIMEDOUT)
		return sentence(error, why,
				"%s: QEMU %d cannot be ended: %s; release it "
				"as root, or as the user who ran it",
				r->name, (int)p->pid, strerror(-why));
	if (e->step == ENDING_DRAIN)
		return sentence(error, why,
				"%s: QEMU has ended, but its helper %d was "
				"killed and still holds its memory: look at "
				"/proc/%d/stack, and release it again",
				r->name, (int)p->helper, (int)p->helper);
	return sentence(error, why,
			"%s: QEMU %d was killed and has not ended yet: it "
			"still destroys memory, or waits for a device; look at "
			"/proc/%d/stack, and release it again",
			r->name, (int)p->pid, (int)p->pid);
}

static void record(const struct release *r, bool lived, const struct marks *m)
{
	char error[SENTENCE_MAX];
	struct timespec t;
	json_t *entry;

	clock_gettime(CLOCK_REALTIME, &t);
	entry = record_release(&r->left.record, lived, m,
			       t.tv_sec * 1000LL + t.tv_nsec / 1000000);
	if (history_append(r->name, entry, error) < 0)
		log_line(STDERR_FILENO, r->name, "%s", error);
	json_decref(entry);
}

/* Return: 0: it, its memory and its group have gone; else -errno, @error */
static int end_one(struct release *r, struct process *p, struct marks *marks,
		   char *error)
{
	char mark[LOCKMARK_SIZE];
	struct ending e = { .process = p,
			    .mark = mark,
			    .exit_ms = EXIT_MS,
			    .tell = tell,
			    .ctx = r };
	struct cgroup_leaf leaf[CGROUP_HIERARCHIES];
	int why;

	lockmark_make(r->runtime.lock_fd, mark);
	cgroup_leaf_of("", p->pidfd >= 0 ? p->pid : p->helper, r->name, leaf);
	why = ending_run(&e);
	if (why < 0)
		return failed(r, &e, why, error);
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		cgroup_leaf_remove(&leaf[i]);
	*marks = e.marks;
	return 0;
}

/* The last generation, then those before it that drain yet. */
static int end_processes(struct release *r, struct marks *marks, char *error)
{
	const struct lc_left *left = &r->left.left;
	struct marks before;
	int why = 0;

	progress_begin(&r->progress, r->name);
	if (left->qemu || left->memory)
		why = end_one(r, &r->left.qemu.process, marks, error);
	for (size_t i = 0; why == 0 && i < r->left.drains; i++)
		why = end_one(r, &r->left.drain[i].process, &before, error);
	progress_end(&r->progress);
	return why;
}

/* Its files, and its history: as the user whose they are. */
static int clear(struct release *r, const struct marks *marks, char *error)
{
	int why = behalf_enter(&r->behalf);

	if (why < 0)
		return sentence(error, why, "%s: seteuid: %s", r->runtime.dir,
				strerror(-why));
	if (!r->left.recorded) /* then it is of another QEMU */
		memset(&r->left.record, 0, sizeof(r->left.record));
	if (r->left.any)
		record(r, r->left.left.qemu, marks);
	runtime_remove(&r->runtime);
	behalf_leave(&r->behalf);
	return 0;
}

static void say(const struct release *r)
{
	const struct lc_left *left = &r->left.left;

	if (left->qemu)
		printf("%s: QEMU %d was ended, its memory is back\n", r->name,
		       (int)r->left.qemu.process.pid);
	else if (left->memory || left->draining)
		printf("%s: QEMU had ended, its memory is back\n", r->name);
	else
		printf("%s: nothing was left\n", r->name);
}

static int release(struct release *r, char *error)
{
	int why = leftover_look(&r->left, &r->runtime, r->name, NULL, error);
	struct marks marks = { .at_us = { 0 } };

	if (why == 0)
		why = end_processes(r, &marks, error);
	if (why == 0)
		why = clear(r, &marks, error);
	if (why == 0)
		say(r);
	leftover_close(&r->left);
	runtime_close(&r->runtime);
	return why;
}

static int take_charge(struct release *r, char *error)
{
	int why = behalf_find(&r->behalf, r->name, error);

	if (why == 0 && behalf_enter(&r->behalf) < 0)
		why = sentence(error, -EPERM,
			       "%s: become the user of its runtime directory: "
			       "not permitted",
			       r->name);
	if (why < 0)
		return why;
	why = runtime_open(&r->runtime, r->name, error);
	behalf_leave(&r->behalf);
	if (why == -EBUSY)
		sentence(
			error, why,
			"%s has a shim, which alone may end it: write `reprise "
			"stop %s`, or end that shim first",
			r->name, r->name);
	return why;
}

int verb_release(const struct verb *self, int argc, char **argv)
{
	struct release r;
	char error[SENTENCE_MAX];
	int why;

	if (!args_parse(self, argc, argv, NULL, 0, &r.name))
		return VERB_USAGE;
	if (notify_open(&r.notify, error) < 0)
		return verb_refuse(error);
	why = take_charge(&r, error);
	if (why == 0)
		why = release(&r, error);
	notify_close(&r.notify);
	return why < 0 ? verb_refuse(error) : VERB_DONE;
}
