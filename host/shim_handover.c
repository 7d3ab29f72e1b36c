// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_handover.c - one appliance: make room for a newer program
 *
 * Theory of operation: the program to become is the file that this one was
 * executed from, whatever it holds by now. First it is run as `check` with the
 * same appliance file, beside us: a program that does not run, that does not
 * end in time, or a file that it refuses, ends the handover and nothing else.
 * Then those who wait are handed over too, and host/handover.h does it.
 */
#include "host/shim_impl.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"
#include "common/log.h"

#include "host/config/appliance.h"
#include "host/config/runtime.h"
#include "host/handover.h"
#include "host/launch/launcher.h"
#include "host/link/console.h"
#include "host/link/control.h"

enum { CHECK_S = 30 };
static_assert(HANDOVER_CALLS == SHIM_CALLS + 1, "each of them is kept");
static_assert(HANDOVER_PROMISES == SHIM_TEARDOWNS + 1, "likewise");

void shim_handover_begin(struct shim *s)
{
	ssize_t n = readlink("/proc/self/exe", s->handover.program,
			     sizeof(s->handover.program) - 1);

	s->handover.program[n > 0 ? n : 0] = '\0';
	s->handover.process = PROCESS_NONE;
	s->handover.output = -1;
	s->handover.slot = -1;
	s->handover.timer_fd = s->handover.timer_slot = -1;
}

static void refuse(struct shim *s, const char *why)
{
	control_error(s->control, s->handover.call, "HandoverFailed", why);
}

void shim_handover_end(struct shim *s)
{
	loop_remove(&s->loop, s->handover.slot);
	loop_remove(&s->loop, s->handover.timer_slot);
	process_close(&s->handover.process);
	if (s->handover.output >= 0)
		close(s->handover.output);
	if (s->handover.timer_fd >= 0)
		close(s->handover.timer_fd);
	s->handover.slot = s->handover.output = -1;
	s->handover.timer_fd = s->handover.timer_slot = -1;
}

static void add_call(const struct shim *s, const struct shim_call *c,
		     struct handover *h)
{
	bool more = false;
	int fd = control_connection(s->control, c->call, &more);

	h->call[h->calls++] = (struct handover_call){ fd, more, c->memory };
}

/* First who asked for the handover, then all others that wait. */
static void add_calls(const struct shim *s, struct handover *h)
{
	control_flush(s->control);
	add_call(s, &(struct shim_call){ .call = s->handover.call }, h);
	for (size_t i = 0; i < SHIM_CALLS; i++)
		if (s->calls[i].wish != WISH_NONE)
			add_call(s, &s->calls[i], h);
}

static void add_promise(const struct promise_slot *p, struct handover *h)
{
	if (p->fd >= 0)
		h->promise[h->promises++] = p->fd;
}

static void add_promises(const struct shim *s, struct handover *h)
{
	add_promise(&s->promise, h);
	for (size_t i = 0; i < s->teardowns; i++)
		add_promise(&s->teardown[i].promise, h);
}

/* Should it end before the next program looks, and the record be lost. */
static struct identity_of_process running(const struct shim *s)
{
	struct identity_of_process none = { 0 };

	return s->process.pidfd >= 0 ? s->record.known.qemu : none;
}

static void become(struct shim *s)
{
	const struct launcher *l = s->opt->launcher;
	struct handover h = {
		.lock = s->opt->runtime->shim_fd,
		.control = control_socket(s->control),
		.console = console_socket(s->console),
		.launcher = l->fd,
		.ready = s->ready_fd,
		.ring = console_keep(s->console),
		.qemu = running(s),
		.score = s->process.score_fd > 0 ? s->process.score_fd : -1,
		.launcher_pid = l->pid,
		.uid = l->who.uid,
		.gid = l->who.gid,
	};
	char why[SENTENCE_MAX];
	int r;

	shim_show_wait(s, false);
	shim_keep(s);
	add_calls(s, &h);
	add_promises(s, &h);
	r = handover_exec(&h, s->handover.program);
	if (h.ring >= 0)
		close(h.ring);
	sentence(why, r, "%s: %s: the program before it goes on",
		 s->handover.program, strerror(-r));
	log_line(STDERR_FILENO, s->opt->appliance->name, "%s", why);
	refuse(s, why);
}

void shim_handover_join(struct shim *s)
{
	struct handover *h = s->opt->before;

	for (size_t i = 0; i < h->calls; i++) {
		struct handover_call *c = &h->call[i];
		uint32_t call = 0;

		if (c->fd >= 0)
			call = control_join(s->control, c->fd, c->more);
		c->fd = -1;
		if (i == 0)
			s->handover.call = call;
		else
			shim_wait_again(s, call, c->memory);
	}
}

void shim_handover_done(struct shim *s)
{
	handover_retaken(s->opt->before);
	control_reply(s->control, s->handover.call,
		      json_pack("{s:i}", "pid", (int)getpid()));
	s->handover.call = 0;
	shim_wait_no_more(s);
}

/* What `check` said, its first line, without the program's name. */
static void first_line(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

static void on_checked(void *ctx, uint32_t events)
{
	struct shim *s = ctx;
	char said[400], why[SENTENCE_MAX];
	int status = process_reap(&s->handover.process);

	(void)events;
	first_line(s->handover.output, said, sizeof(said));
	shim_handover_end(s);
	if (status == 0) {
		become(s);
		return;
	}
	sentence(why, 0, "%s does not take it: %s", s->handover.program,
		 s->handover.late ? "its check did not end within 30 s"
		 : said[0]	  ? said
				  : "it ended in error");
	refuse(s, why);
}

/* Its end follows. */
static void on_late(void *ctx, uint32_t events)
{
	struct shim *s = ctx;

	(void)events;
	loop_remove(&s->loop, s->handover.timer_slot);
	s->handover.timer_slot = -1;
	s->handover.late = true;
	process_signal(&s->handover.process, SIGKILL);
}

static int limit_check(struct shim *s)
{
	const struct itimerspec t = { .it_value.tv_sec = CHECK_S };

	s->handover.late = false;
	s->handover.timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (s->handover.timer_fd < 0)
		return -errno;
	timerfd_settime(s->handover.timer_fd, 0, &t, NULL);
	s->handover.timer_slot =
		loop_add(&s->loop, s->handover.timer_fd, EPOLLIN, on_late, s);
	return s->handover.timer_slot < 0 ? s->handover.timer_slot : 0;
}

static int start_check(struct shim *s)
{
	char verb[] = "check", flag[] = "--running",
	     file[sizeof(s->opt->appliance->file)];
	char *argv[] = { s->handover.program, verb, file, flag, NULL };
	struct spawn what = { .argv = argv, .cgroup = -1 };
	struct spawned made;
	int r;

	snprintf(file, sizeof(file), "%s",
		 s->opt->appliance->from_image ? s->opt->appliance->image
					       : s->opt->appliance->file);
	s->handover.output = memfd_create("check", MFD_CLOEXEC);
	if (s->handover.output < 0)
		return -errno;
	what.output = s->handover.output;
	r = limit_check(s);
	if (r == 0)
		r = spawn_program(&what, NULL, false, &made);
	if (r < 0)
		return r;
	s->handover.process.pid = made.pid;
	s->handover.process.pidfd = made.pidfd;
	s->handover.slot =
		loop_add(&s->loop, made.pidfd, EPOLLIN, on_checked, s);
	if (s->handover.slot >= 0)
		return 0;
	r = s->handover.slot;
	process_signal(&s->handover.process, SIGKILL); /* unwatched */
	process_reap(&s->handover.process);
	return r;
}

void shim_handover(void *ctx, uint32_t call)
{
	struct shim *s = ctx;
	char why[SENTENCE_MAX];
	int r;

	if (s->handover.slot >= 0) {
		control_error(s->control, call, "Busy",
			      "another handover is under way");
		return;
	}
	s->handover.call = call;
	r = start_check(s);
	if (r >= 0)
		return;
	shim_handover_end(s);
	sentence(why, r, "%s: %s", s->handover.program, strerror(-r));
	refuse(s, why);
}
