// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/ask.c - how long an operator waits for an answer
 *
 * Theory of operation: status asks a real shim. ps asks 200: each is a process
 * that holds the lock of a runtime directory and serves the shim's own control
 * socket, with a status that it has in store.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/config/runtime.h"
#include "host/link/client.h"
#include "host/link/control.h"
#include "host/loop.h"

#include "tests/bench/bench.h"
#include "tests/bench/served.h"
#include "tests/bench/standin.h"

enum { ASKED = 50, LISTED = 9, SHIMS = 200, CALL_MS = 10000 };

/* The whole run of a verb. @out: what it says; NULL: not kept */
static int time_verb(char *const argv[], const char *out, double *ms,
		     char *error)
{
	posix_spawn_file_actions_t files;
	uint64_t began = turns_now();
	int status, r;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO,
					 out ? out : "/dev/null",
					 O_WRONLY | O_CREAT | O_TRUNC, 0600);
	r = posix_spawn(&pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (r == 0 && waitpid(pid, &status, 0) < 0)
		r = errno;
	*ms = (double)(turns_now() - began) / 1000;
	if (r == 0 && status == 0)
		return 0;
	return sentence(error, -EIO, "%s %s failed", argv[0], argv[1]);
}

static int ask_once(struct served *s, double *ms, char *error)
{
	uint64_t began = turns_now();
	json_t *reply;
	int r = client_call(s->name, "Status", NULL, CALL_MS, &reply, error);

	*ms = (double)(turns_now() - began) / 1000;
	if (r == 0)
		json_decref(reply);
	return r;
}

int measure_status_time(struct bench *b, const char *arch, struct figure *f,
			char *error)
{
	char status[] = "status", name[] = "standin";
	char *const verb[] = { b->site.program, status, name, NULL };
	struct samples asked = { .n = 0 }, run = { .n = 0 };
	struct served s;
	double ms = 0;
	int r = standin_start(&s, b, error);

	for (int i = 0; i < ASKED && r == 0; i++) {
		r = ask_once(&s, &ms, error);
		samples_add(&asked, ms);
		if (r == 0)
			r = time_verb(verb, NULL, &ms, error);
		samples_add(&run, ms);
	}
	served_close(&s);
	if (r < 0)
		return r;
	f->value = samples_median(&run);
	figure_how(f,
		   "`reprise status`, from its start to its end, median of %d, "
		   "%.2f to %.2f; of it the call with connect and answer: "
		   "%.3f, %.3f to %.3f ms",
		   ASKED, samples_min(&run), samples_max(&run),
		   samples_median(&asked), samples_min(&asked),
		   samples_max(&asked));
	(void)arch;
	return 0;
}

static json_t *stored_status(void *ctx)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:I}", "name", ctx,
			 "state", "serving", "image", "web", "architecture",
			 "s390x", "generation", 1, "boot", 1, "uptime_us",
			 (json_int_t)1000000);
}

/* One simulated shim; does not return. @up: gets a byte when it listens. */
static _Noreturn void be_shim(int number, int up)
{
	static const struct control_ops ops = { .status = stored_status };
	const struct access_rule rule = { .owner = geteuid() };
	char name[32], error[SENTENCE_MAX];
	struct control *control;
	struct runtime rt;
	struct loop loop;
	int fd;

	snprintf(name, sizeof(name), "simulated-%d", number);
	if (runtime_open(&rt, name, error) < 0 || runtime_claim(&rt) < 0)
		_exit(1);
	fd = runtime_listen(&rt, RUNTIME_CONTROL, error);
	if (fd < 0 || loop_init(&loop) < 0 ||
	    control_open(&control, &loop, fd, &rule, &ops, name) < 0 ||
	    write(up, "u", 1) != 1)
		_exit(1);
	loop_run(&loop);
	_exit(1);
}

/* Return: how many listen */
static int start_shims(pid_t pids[SHIMS])
{
	int pair[2], count = 0;
	char byte;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return 0;
	for (int i = 0; i < SHIMS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			be_shim(i, pair[1]);
	}
	close(pair[1]);
	while (read(pair[0], &byte, 1) == 1 && ++count < SHIMS)
		;
	close(pair[0]);
	return count;
}

static void end_shims(const pid_t pids[SHIMS])
{
	for (int i = 0; i < SHIMS; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGKILL);
	for (int i = 0; i < SHIMS; i++)
		if (pids[i] > 0)
			waitpid(pids[i], NULL, 0);
}

/* Are all of them in what ps has said, and did all of them answer? */
static int check_list(const char *path, char *error)
{
	char line[256];
	FILE *f = fopen(path, "re");
	int serving = 0;

	while (f && fgets(line, sizeof(line), f))
		serving +=
			strstr(line, "simulated-") && strstr(line, "serving");
	if (f)
		fclose(f);
	return serving == SHIMS ? 0
				: sentence(error, -EUCLEAN,
					   "`reprise ps` has only %d of %d",
					   serving, SHIMS);
}

int measure_ps(struct bench *b, const char *arch, struct figure *f, char *error)
{
	char ps[] = "ps";
	char *const verb[] = { b->site.program, ps, NULL };
	struct samples run = { .n = 0 };
	char list[SITE_PATH];
	pid_t pids[SHIMS];
	double ms = 0;
	int r = 0;

	(void)arch;
	if (start_shims(pids) != SHIMS)
		r = sentence(error, -EAGAIN, "no %d processes to be had",
			     SHIMS);
	snprintf(list, sizeof(list), "%s/ps.txt", b->site.dir);
	for (int i = 0; i < LISTED && r == 0; i++) {
		r = time_verb(verb, list, &ms, error);
		samples_add(&run, ms);
		if (r == 0)
			r = check_list(list, error);
	}
	end_shims(pids);
	f->value = samples_median(&run);
	figure_how(f,
		   "`reprise ps` over %d simulated shims (a process each, with "
		   "the shim's own control socket), from its start to its end: "
		   "median of %d, %.1f to %.1f ms",
		   SHIMS, LISTED, samples_min(&run), samples_max(&run));
	return r;
}
