// SPDX-License-Identifier: Apache-2.0
/*
 * guest/payload/payload.c - the one program that the appliance is for
 *
 * Theory of operation: two pipes tell PID 1 what it cannot see. The first is
 * close-on-exec in the child: end of file means that execve(2) worked, or that
 * the child was killed before it; bytes say what failed, and its errno. The
 * second becomes descriptor 3 of a payload that wants to say itself when it is
 * ready.
 */
#include "guest/payload/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"
#include "guest/file/file.h"
#include "guest/payload/box.h"
#include "guest/payload/cgroup.h"
#include "guest/payload/notice.h"

enum { PIPE_READ, PIPE_WRITE };

/* What the child says through the first pipe. */
struct failure {
	int error;
	enum box_part part;
};

static void close_pipe(int ends[2])
{
	if (ends[PIPE_READ] >= 0)
		close(ends[PIPE_READ]);
	if (ends[PIPE_WRITE] >= 0)
		close(ends[PIPE_WRITE]);
}

/* Return: 0; -E2BIG */
static int add_variable(struct words *w, const char *name, const char *value)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s=%s", name, value);

	return words_add(w, text, (size_t)n);
}

/* getenv() takes the first of two equal names: what the file says goes first.
 */
static int environment(struct words *env, const struct init_conf *conf)
{
	char number[24];
	int r = 0;

	*env = conf->env;
	if (conf->ready == READY_DESCRIPTOR)
		r |= add_variable(env, "REPRISE_READY_FD", "3");
	if (notice_wanted(conf))
		r |= add_variable(env, "NOTIFY_SOCKET", NOTICE_PATH);
	snprintf(number, sizeof(number), "%llu000",
		 (unsigned long long)conf->watchdog_ms);
	if (conf->watchdog_ms)
		r |= add_variable(env, "WATCHDOG_USEC", number);
	r |= add_variable(env, "PATH", "/bin:/sbin");
	r |= add_variable(env, "HOME", "/");
	return r;
}

/* Return: 0; errno */
static int arrange_descriptors(const struct payload *p, int ready)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0 && dup2(null, STDIN_FILENO) < 0)
		return errno;
	if (p->output >= 0 && (dup2(p->output, STDOUT_FILENO) < 0 ||
			       dup2(p->output, STDERR_FILENO) < 0))
		return errno;
	if (ready >= 0 && dup2(ready, PAYLOAD_READY_FD) < 0)
		return errno;
	return 0;
}

/* In the child. Comes back only when there was something in the way. */
static struct failure become(const struct payload *p, struct init_conf *conf,
			     struct words *command, int ready)
{
	char *argv[WORDS_MAX + 1], *envp[WORDS_MAX + 1];
	struct failure f = { .part = BOX_EXECUTE };
	struct words env;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	f.error = arrange_descriptors(p, ready);
	if (f.error) {
		f.part = BOX_DESCRIPTORS;
		return f;
	}
	f.error = box_enter(&conf->box, &f.part);
	if (f.error)
		return f;
	f.part = BOX_EXECUTE;
	f.error = E2BIG;
	if (environment(&env, conf) < 0)
		return f;
	words_vector(&env, envp);
	words_vector(command, argv);
	execve(argv[0], argv, envp);
	f.error = errno;
	return f;
}

static _Noreturn void child(const struct payload *p, struct init_conf *conf,
			    int error, int started, int ready)
{
	struct failure f = { error, BOX_CGROUP };

	/* Out of the way of descriptor 3. */
	started = fcntl(started, F_DUPFD_CLOEXEC, PAYLOAD_READY_FD + 1);
	ready = ready < 0 ? -1
			  : fcntl(ready, F_DUPFD_CLOEXEC, PAYLOAD_READY_FD + 1);
	if (!error)
		f = become(p, conf, &conf->exec, ready);
	(void)!write(started, &f, sizeof(f));
	_exit(127);
}

int payload_start(struct payload *p, struct init_conf *conf)
{
	int started[2] = { -1, -1 }, ready[2] = { -1, -1 };
	int error, r = 0;

	p->pid = 0;
	p->started_fd = p->ready_fd = -1;
	p->failed = false;
	if (pipe2(started, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	if (conf->ready == READY_DESCRIPTOR &&
	    pipe2(ready, O_CLOEXEC | O_NONBLOCK) < 0)
		r = -errno;
	if (r == 0) {
		r = p->pid = cgroup_fork(p->cgroup, &error);
		if (r == 0)
			child(p, conf, error, started[PIPE_WRITE],
			      ready[PIPE_WRITE]);
	}
	if (r > 0) {
		p->started_fd = started[PIPE_READ];
		p->ready_fd = ready[PIPE_READ];
		started[PIPE_READ] = ready[PIPE_READ] = -1;
	} else {
		p->pid = 0;
	}
	close_pipe(started);
	close_pipe(ready);
	return r < 0 ? r : 0;
}

/*
 * The pipe is closed by execve(2) or by the end, and only the kernel knows by
 * which: flags, the seventh after the name, which a zombie still has.
 */
static bool executed(pid_t pid)
{
	enum { FLAGS_AT = 7, FORKED_ONLY = 0x40 }; /* PF_FORKNOEXEC */
	char path[32], text[256];
	const char *at = text, *c, *rest;
	uint64_t flags;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file_read(path, text, sizeof(text));
	for (c = text; (c = strchr(c, ')')); c++)
		at = c; /* a name may hold anything */
	for (int i = 0; at && i < FLAGS_AT; i++)
		if ((at = strchr(at, ' ')))
			at++;
	return !at || !conf_digits(at, &rest, &flags) || !(flags & FORKED_ONLY);
}

int payload_started(struct payload *p)
{
	struct failure f;
	ssize_t n = read(p->started_fd, &f, sizeof(f));

	if (n == 0)
		return executed(p->pid) ? 1 : -ECHILD;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n != sizeof(f)) /* nobody could tell: then it is none */
		f = (struct failure){ EIO, BOX_DESCRIPTORS };
	p->part = box_part_name(f.part);
	return -f.error;
}

int payload_ready(const struct payload *p)
{
	char byte;
	ssize_t n = read(p->ready_fd, &byte, 1);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return n == 0 ? -EPIPE : 1;
}

bool payload_oom(struct payload *p)
{
	uint64_t before = p->oom_kills;

	if (p->cgroup >= 0)
		p->oom_kills = cgroup_oom_kills(p->cgroup);
	return p->oom_kills != before;
}

pid_t payload_check(const struct payload *p, struct init_conf *conf)
{
	int error;
	pid_t pid = cgroup_fork(p->cgroup, &error);

	if (pid != 0)
		return pid;
	if (!error)
		become(p, conf, &conf->health, -1);
	_exit(127);
}
