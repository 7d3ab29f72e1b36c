// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/run.c - reprise run: become the shim of one appliance
 *
 * Theory of operation: everything that can be refused is looked at before
 * anything starts; the lock comes before QEMU and the ports, so that a second
 * run hears that the first one runs, and not that its ports are taken. There is
 * one start path: adopt what is there, else launch.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/log.h"
#include "host/config/failed.h"
#include "host/config/runtime.h"
#include "host/core/deadlines.h"
#include "host/handover.h"
#include "host/launch/launcher.h"
#include "host/leftover.h"
#include "host/net/tap.h"
#include "host/shim.h"
#include "host/systemd/notify.h"
#include "host/verbs/args.h"
#include "host/verbs/predecessor.h"
#include "host/verbs/prepare.h"
#include "host/verbs/progress.h"
#include "host/verbs/verbs.h"

/* What this process was given: who waits for us to be ready, and more. */
struct given {
	struct notify notify;
	int ready_fd;		/* -1: nobody */
	struct handover before; /* what the program before this one left */
};

/* An open descriptor by its number; QEMU must not inherit it. */
static int ready_descriptor(const char *word, int *fd, char *error)
{
	const struct conf_key rule = { .type = CONF_NUMBER, .max = 65535 };
	char why[CONF_ERROR_MAX];
	uint32_t n;

	*fd = -1;
	if (!word)
		return 0;
	if (conf_value(&rule, word, &n, why) < 0 ||
	    fcntl((int)n, F_SETFD, FD_CLOEXEC) < 0)
		return sentence(error, -EBADF,
				"--ready-fd %s: not an open descriptor: write "
				"the number of one, as in --ready-fd 3 "
				"3>ready",
				word);
	*fd = (int)n;
	return 0;
}

/* Whoever the program before this one told; by now its number may be another's,
 * so the command line does not count. */
static int who_waits(const char *word, struct given *w, char *error)
{
	if (!w->before.given)
		return ready_descriptor(word, &w->ready_fd, error);
	w->ready_fd = w->before.ready;
	w->before.ready = -1;
	return 0;
}

static void warn_of(const struct prepared *p)
{
	const char *warning;

	for (unsigned int i = 0; (warning = prepare_warning(p, i)); i++)
		log_line(STDERR_FILENO, p->appliance.name, "warning: %s",
			 warning);
}

static int get_launcher(struct launcher *l, const struct prepared *p,
			struct handover *h)
{
	if (!p->who_settled)
		return launcher_start(l, &p->who);
	launcher_inherit(l, &p->who, h->launcher, h->launcher_pid);
	h->launcher = -1;
	return 0;
}

static void show_wait(void *ctx, const json_t *status)
{
	struct progress *p = ctx;

	if (status) {
		progress_show(p, status);
	} else {
		progress_end(p);
		progress_begin(p, p->name); /* another wait may come */
	}
}

static int run_launched(struct prepared *p, struct runtime *rt,
			struct leftover *left, struct given *w)
{
	struct launcher launcher;
	struct progress progress;
	struct shim_options options = {
		.appliance = &p->appliance,
		.image = &p->image,
		.caps = &p->caps,
		.uv = &p->uv,
		.runtime = rt,
		.launcher = &launcher,
		.notify = &w->notify,
		.ready_fd = w->ready_fd,
		.tap_fd = -1,
		.leftover = left,
		.before = &w->before,
		.waits = progress_wanted() ? show_wait : NULL,
		.waits_ctx = &progress,
	};
	char error[SENTENCE_MAX];
	int code, r = get_launcher(&launcher, p, &w->before);

	progress_begin(&progress, p->appliance.name);
	if (r < 0) {
		sentence(error, r, "%s: cannot fork: %s", p->appliance.name,
			 strerror(-r));
		return verb_refuse(error);
	}
	/* after the launcher, which would keep it open; a QEMU that runs has
	 * its own */
	if (!left->left.qemu &&
	    tap_ready(&p->appliance, &options.tap_fd, error) < 0)
		code = verb_refuse(error);
	else
		code = shim_run(&options);
	launcher_stop(&launcher);
	return code;
}

/* The ports that a running QEMU has are not free, and are to be kept. */
static int settle_ports(struct appliance *a, const struct leftover *left,
			char *error)
{
	if (!leftover_lives(left))
		return appliance_pick_ports(a, error);
	leftover_ports(left, a);
	return 0;
}

static int run_found(struct prepared *p, struct runtime *rt,
		     struct leftover *left, struct given *w)
{
	char error[SENTENCE_MAX];

	if (prepare_qemu(p, false, error) < 0 ||
	    settle_ports(&p->appliance, left, error) < 0)
		return verb_refuse(error);
	warn_of(p);
	if (!p->who.change && geteuid() == 0)
		log_line(STDERR_FILENO, p->appliance.name,
			 "QEMU runs as root, though without its capabilities: "
			 "make the user " IDENTITY_DEFAULT
			 ", or write user = NAME in [appliance]");
	return run_launched(p, rt, left, w);
}

static int run_locked(struct prepared *p, struct runtime *rt, struct given *w)
{
	char error[SENTENCE_MAX];
	struct leftover left;
	int code;

	if (leftover_find(&left, rt, p->appliance.name, &w->before.qemu,
			  &p->image, error) < 0) {
		rt->occupied = true;
		return verb_refuse(error);
	}
	code = run_found(p, rt, &left, w);
	leftover_close(&left);
	return code;
}

/* A shim that has given up its rights cannot settle that again. */
static void settle_identity(struct prepared *p, const struct handover *h)
{
	if (!h->given || h->launcher < 0)
		return;
	p->who = (struct identity){ .change = true,
				    .uid = h->uid,
				    .gid = h->gid };
	p->who_settled = true;
}

/* A stop may just have been answered: its shim leaves when memory is back. */
static int take_charge(const struct appliance *a, struct runtime *rt,
		       struct given *w, char *error)
{
	uint32_t ms = destroy_ms(a->memory);
	int r = runtime_open_with(rt, a->name, &w->before, error);

	while (r == -EBUSY) {
		notify_extend(&w->notify, ms);
		if (predecessor_await(a->name, rt->dir, ms, error) < 0)
			break;
		r = runtime_open_with(rt, a->name, &w->before, error);
	}
	return r;
}

int verb_run(const struct verb *self, int argc, char **argv)
{
	const char *path, *ready = NULL;
	const struct flag flags[] = { { .name = "--ready-fd",
					.value = &ready } };
	char error[SENTENCE_MAX];
	struct prepared p;
	struct runtime rt;
	struct given w;
	int code;

	if (!args_parse(self, argc, argv, flags, 1, &path))
		return VERB_USAGE;
	handover_take(&w.before);
	/* before anything of ours can have its number */
	if (who_waits(ready, &w, error) < 0 ||
	    notify_open(&w.notify, error) < 0 ||
	    prepare_config(path, &p, error) < 0)
		return verb_refuse(error);
	settle_identity(&p, &w.before);
	if (failed_refuse(p.appliance.name, error) < 0 ||
	    take_charge(&p.appliance, &rt, &w, error) < 0) {
		code = verb_refuse(error);
	} else {
		code = run_locked(&p, &rt, &w);
		if (rt.occupied) /* by a QEMU that lives */
			runtime_close(&rt);
		else
			runtime_remove(&rt);
	}
	notify_close(&w.notify);
	handover_close(&w.before);
	prepare_end(&p);
	return code;
}
