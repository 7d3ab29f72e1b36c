// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/main.c - a stand-in for QEMU
 *
 * Theory of operation: this is a model, and proves nothing about QEMU. It
 * takes the command line that the shim writes and ignores what it does not
 * know; it speaks QMP, plays the guest's agent on the port, and has the
 * teardown helper, each in the words that the real ones use (docs/facts.md
 * says where each was read or tried). What real QEMU cannot show on demand,
 * PVMODEL asks for: tests/pvmodel/script.h lists the words. What both can
 * show is tested with the real one.
 */
#include "tests/pvmodel/model.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tests/pvmodel/helper.h"

static void on_term(void *ctx, uint32_t events)
{
	(void)events;
	machine_quit(ctx, "host-signal");
}

static int watch_term(struct model *m)
{
	sigset_t term;
	int fd;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	if (m->script.ignores_term)
		return 0;
	fd = signalfd(-1, &term, SFD_NONBLOCK | SFD_CLOEXEC);
	return fd < 0 ? -errno : loop_add(&m->loop, fd, EPOLLIN, on_term, m);
}

static int open_all(struct model *m)
{
	int r = loop_init(&m->loop);

	if (r >= 0)
		r = watch_term(m);
	if (r < 0)
		return r;
	if (m->line.probe) {
		monitor_attach(m, STDIN_FILENO, STDOUT_FILENO);
		return 0;
	}
	if (m->line.async_teardown && !m->script.no_helper)
		helper_start();
	r = secure_open(m);
	if (r >= 0)
		r = machine_open(m);
	if (r >= 0)
		r = guest_listen(m);
	return r < 0 ? r : monitor_listen(m);
}

int main(int argc, char **argv)
{
	static struct model m;
	const char *unknown = script_read(&m.script, getenv("PVMODEL"));
	const char *refused;
	int r;

	if (unknown) {
		fprintf(stderr, "pvmodel: PVMODEL has '%s', see script.h\n",
			unknown);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* as QEMU's os_setup_early_signal_handling */
	command_line_read(&m.line, argc, argv);
	if (m.script.ends_at_once && !m.line.probe) {
		fputs("pvmodel: these are my last words\n", stderr);
		return 1;
	}
	refused = command_line_refused(&m.line, m.script.version_major * 100 +
							m.script.version_minor);
	if (refused) {
		fprintf(stderr, "pvmodel: %s: invalid option\n", refused);
		return 1;
	}
	r = open_all(&m);
	if (r >= 0)
		r = loop_run(&m.loop);
	fprintf(stderr, "pvmodel: %s\n", strerror(-r));
	return 1;
}
