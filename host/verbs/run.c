// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/run.c - reprise run: become the shim of one appliance
 *
 * Theory of operation: everything that can be refused is looked at before
 * anything starts; the lock comes before QEMU and the ports, so that a second
 * run hears that the first one runs, and not that its ports are taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/log.h"
#include "host/config/runtime.h"
#include "host/launch/launcher.h"
#include "host/net/tap.h"
#include "host/shim.h"
#include "host/systemd/notify.h"
#include "host/verbs/args.h"
#include "host/verbs/prepare.h"
#include "host/verbs/verbs.h"

/* Who waits for us to be ready. */
struct waiting {
	struct notify notify;
	int ready_fd; /* -1: nobody */
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
				"the number of one, as in --ready-fd 3 3>ready",
				word);
	*fd = (int)n;
	return 0;
}

static void warn_of(const struct prepared *p)
{
	const char *warning;

	for (unsigned int i = 0; (warning = prepare_warning(p, i)); i++)
		log_line(STDERR_FILENO, p->appliance.name, "warning: %s",
			 warning);
}

static int run_launched(struct prepared *p, struct runtime *rt,
			const struct waiting *w)
{
	struct launcher launcher;
	struct shim_options options = {
		.appliance = &p->appliance,
		.image = &p->image,
		.caps = &p->caps,
		.runtime = rt,
		.launcher = &launcher,
		.notify = &w->notify,
		.ready_fd = w->ready_fd,
		.tap_fd = -1,
	};
	char error[SENTENCE_MAX];
	int code, r = launcher_start(&launcher, &p->who);

	if (r < 0) {
		sentence(error, r, "%s: cannot fork: %s", p->appliance.name,
			 strerror(-r));
		return verb_refuse(error);
	}
	/* after the launcher, which would keep it open */
	if (tap_ready(&p->appliance, &options.tap_fd, error) < 0)
		code = verb_refuse(error);
	else
		code = shim_run(&options);
	launcher_stop(&launcher);
	return code;
}

static int run_locked(struct prepared *p, struct runtime *rt,
		      const struct waiting *w)
{
	char error[SENTENCE_MAX];

	if (prepare_qemu(p, error) < 0 ||
	    appliance_pick_ports(&p->appliance, error) < 0)
		return verb_refuse(error);
	warn_of(p);
	if (!p->who.change && geteuid() == 0)
		log_line(STDERR_FILENO, p->appliance.name,
			 "QEMU runs as root, though without its capabilities: "
			 "make the user " IDENTITY_DEFAULT
			 ", or write user = NAME in [appliance]");
	return run_launched(p, rt, w);
}

int verb_run(const struct verb *self, int argc, char **argv)
{
	const char *path, *ready = NULL;
	const struct flag flags[] = { { .name = "--ready-fd",
					.value = &ready } };
	char error[SENTENCE_MAX];
	struct prepared p;
	struct runtime rt;
	struct waiting w;
	int code;

	if (!args_parse(self, argc, argv, flags, 1, &path))
		return VERB_USAGE;
	if (notify_open(&w.notify, error) < 0 ||
	    ready_descriptor(ready, &w.ready_fd, error) < 0 ||
	    prepare_config(path, &p, error) < 0)
		return verb_refuse(error);
	if (runtime_open(&rt, p.appliance.name, error) < 0) {
		code = verb_refuse(error);
	} else if (rt.occupied) {
		sentence(error, -EBUSY,
			 "%s runs already: its shim has died and left QEMU "
			 "behind; `fuser %s/lock` names who is to be ended "
			 "first",
			 p.appliance.name, rt.dir);
		runtime_close(&rt);
		code = verb_refuse(error);
	} else {
		code = run_locked(&p, &rt, &w);
		runtime_remove(&rt);
	}
	notify_close(&w.notify);
	prepare_end(&p);
	return code;
}
