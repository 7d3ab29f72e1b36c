// SPDX-License-Identifier: Apache-2.0
/*
 * guest/payload/payload.c - the one program that the appliance is for
 *
 * Theory of operation: two pipes tell PID 1 what it cannot see. The first is
 * close-on-exec in the child: end of file means that execve(2) worked, bytes
 * are the errno with which it failed. The second becomes descriptor 3 of a
 * payload that wants to say itself when it is ready.
 */
#include "guest/payload/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIPE_READ, PIPE_WRITE };

static void close_pipe(int ends[2])
{
	if (ends[PIPE_READ] >= 0)
		close(ends[PIPE_READ]);
	if (ends[PIPE_WRITE] >= 0)
		close(ends[PIPE_WRITE]);
}

static int add_word(struct words *w, const char *word, size_t size)
{
	return words_add(w, word, size - 1);
}

/* getenv() takes the first of two equal names: what the file says goes first.
 */
static int environment(struct words *env, const struct init_conf *conf)
{
	static const char path[] = "PATH=/bin:/sbin", home[] = "HOME=/",
			  ready[] = "REPRISE_READY_FD=3";
	int r = 0;

	*env = conf->env;
	if (conf->ready == READY_DESCRIPTOR)
		r = add_word(env, ready, sizeof(ready));
	if (r == 0)
		r = add_word(env, path, sizeof(path));
	return r ? r : add_word(env, home, sizeof(home));
}

/* In the child. Return: errno, when there was something in the way. */
static int become(struct init_conf *conf, int ready)
{
	char *argv[WORDS_MAX + 1], *envp[WORDS_MAX + 1];
	struct words env;
	sigset_t none;

	if (environment(&env, conf) < 0)
		return E2BIG;
	words_vector(&env, envp);
	words_vector(&conf->exec, argv);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	umask(022);
	if (ready >= 0 && dup2(ready, PAYLOAD_READY_FD) < 0)
		return errno;
	execve(argv[0], argv, envp);
	return errno;
}

static _Noreturn void child(struct init_conf *conf, int started, int ready)
{
	int e;

	/* Out of the way of descriptor 3. */
	started = fcntl(started, F_DUPFD_CLOEXEC, PAYLOAD_READY_FD + 1);
	ready = ready < 0 ? -1
			  : fcntl(ready, F_DUPFD_CLOEXEC, PAYLOAD_READY_FD + 1);
	e = become(conf, ready);
	(void)!write(started, &e, sizeof(e));
	_exit(127);
}

int payload_start(struct payload *p, struct init_conf *conf)
{
	int started[2] = { -1, -1 }, ready[2] = { -1, -1 };
	int r = 0;

	*p = PAYLOAD_NONE;
	if (pipe2(started, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	if (conf->ready == READY_DESCRIPTOR &&
	    pipe2(ready, O_CLOEXEC | O_NONBLOCK) < 0)
		r = -errno;
	if (r == 0)
		p->pid = fork();
	if (p->pid == 0 && r == 0)
		child(conf, started[PIPE_WRITE], ready[PIPE_WRITE]);
	if (p->pid < 0) {
		r = -errno;
		p->pid = 0;
	}
	if (r == 0) {
		p->started_fd = started[PIPE_READ];
		p->ready_fd = ready[PIPE_READ];
		started[PIPE_READ] = ready[PIPE_READ] = -1;
	}
	close_pipe(started);
	close_pipe(ready);
	return r;
}

int payload_started(const struct payload *p)
{
	int e;
	ssize_t n = read(p->started_fd, &e, sizeof(e));

	if (n == sizeof(e))
		return -e;
	return n == 0 ? 1 : 0;
}

int payload_ready(const struct payload *p)
{
	char byte;
	ssize_t n = read(p->ready_fd, &byte, 1);

	if (n < 0)
		return 0;
	return n == 0 ? -EPIPE : 1;
}
