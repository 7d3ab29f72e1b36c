// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/served.c - an appliance under its shim
 */
#include "tests/bench/served.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/launch/spawn.h"
#include "host/link/client.h"
#include "host/sentence.h"

#include "tests/bench/turns.h"

enum { READY_MS = 120000, CALL_MS = 120000, END_MS = 30000 };

static void on_ready(void *ctx, uint32_t events)
{
	struct served *s = ctx;
	char word;

	(void)events;
	loop_remove(&s->turns->loop, s->ready_slot);
	s->ready_slot = -1;
	if (read(s->ready_fd, &word, 1) != 1)
		return; /* closed: the shim has ended */
	s->ready_us = turns_now();
	turns_wake(s->turns);
}

static void on_end(void *ctx, uint32_t events)
{
	struct served *s = ctx;

	(void)events;
	loop_remove(&s->turns->loop, s->end_slot);
	s->end_slot = -1;
	turns_fail(s->turns);
}

static int spawn(struct served *s, const char *program, const char *path,
		 int out, int ready)
{
	char number[16], run[] = "run", option[] = "--ready-fd";
	char *const argv[] = { strdupa(program), run,	 strdupa(path),
			       option,		 number, NULL };
	const struct spawn what = {
		.argv = argv,
		.keep = &ready,
		.keep_count = 1,
		.output = out,
		.cgroup = -1,
	};

	snprintf(number, sizeof(number), "%d", ready);
	return process_spawn(&s->process, NULL, &what);
}

static int start(struct served *s, const char *program, const char *path,
		 const char *log)
{
	int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC | O_CLOEXEC,
		       0666);
	int ready[2], r;

	if (out < 0)
		return -errno;
	if (pipe2(ready, O_CLOEXEC) < 0) {
		close(out);
		return -errno;
	}
	s->ready_fd = ready[0];
	r = spawn(s, program, path, out, ready[1]);
	close(ready[1]);
	close(out);
	if (r < 0)
		return r;
	s->ready_slot =
		loop_add(&s->turns->loop, s->ready_fd, EPOLLIN, on_ready, s);
	s->end_slot =
		loop_add(&s->turns->loop, s->process.pidfd, EPOLLIN, on_end, s);
	return 0;
}

int served_start(struct served *s, struct turns *turns, const char *program,
		 const char *path, const char *name, const char *log,
		 char *error)
{
	int r;

	*s = (struct served){
		.turns = turns,
		.process = PROCESS_NONE,
		.ready_fd = -1,
		.ready_slot = -1,
		.end_slot = -1,
	};
	snprintf(s->name, sizeof(s->name), "%s", name);
	r = start(s, program, path, log);
	if (r == 0)
		r = turns_until(turns, &s->ready_us, READY_MS);
	if (r < 0)
		return sentence(error, r, "%s run %s: not ready: %s; see %s",
				program, path,
				r == -ECONNRESET ? "it ended" : strerror(-r),
				log);
	return 0;
}

static void read_marks(const json_t *passage, struct marks *marks)
{
	const json_t *object = json_object_get(passage, "marks");

	for (int i = 0; i < MARKS; i++)
		marks->at_us[i] = (uint64_t)json_integer_value(
			json_object_get(object, mark_name((enum mark)i)));
}

/* Was it done as we asked? Which relaunch it was is for the ledger to say. */
static int check_strategy(const struct served *s, const json_t *passage,
			  bool in_place, char *error)
{
	const char *done =
		json_string_value(json_object_get(passage, "strategy"));
	const char *why = json_string_value(json_object_get(passage, "reason"));

	if (done && (strcmp(done, "in place") == 0) == in_place)
		return 0;
	return sentence(error, -EPROTO, "%s: %s was done and not %s: %s",
			s->name, done ? done : "nothing",
			in_place ? "a reset in place" : "a relaunch",
			why ? why : "no reason was given");
}

int served_reboot(struct served *s, const char *strategy, struct marks *marks,
		  char *error)
{
	bool in_place = strcmp(strategy, "in_place") == 0;
	json_t *reply;
	int r = client_call(
		s->name, "Reboot",
		json_pack("{s:s, s:b}", "strategy", strategy, "wait", 1),
		CALL_MS, &reply, error);

	if (r < 0)
		return r;
	read_marks(json_object_get(reply, "restart"), marks);
	r = check_strategy(s, json_object_get(reply, "restart"), in_place,
			   error);
	json_decref(reply);
	if (r == 0 && s->turns->interrupted)
		r = sentence(error, -EINTR, "interrupted");
	return r;
}

int served_stop(struct served *s, struct marks *marks, char *error)
{
	json_t *reply;
	int r = client_call(s->name, "Stop",
			    json_pack("{s:b}", "wait_memory", 1), CALL_MS,
			    &reply, error);

	if (r < 0)
		return r;
	read_marks(json_object_get(reply, "end"), marks);
	json_decref(reply);
	return 0;
}

/* It ends its QEMU first. What it should leave behind the program ends. */
static void end_shim(struct process *p)
{
	struct pollfd fd = { .fd = p->pidfd, .events = POLLIN };

	process_signal(p, SIGTERM);
	if (poll(&fd, 1, END_MS) <= 0)
		process_signal(p, SIGKILL);
	process_reap(p);
}

void served_close(struct served *s)
{
	if (!s->turns)
		return;
	if (s->process.pidfd >= 0)
		end_shim(&s->process);
	loop_remove(&s->turns->loop, s->ready_slot);
	loop_remove(&s->turns->loop, s->end_slot);
	if (s->ready_fd >= 0)
		close(s->ready_fd);
	s->turns = NULL;
}
