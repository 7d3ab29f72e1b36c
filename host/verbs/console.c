// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/console.c - reprise console: look at the guest's console
 *
 * Theory of operation: bytes are copied both ways until the shim hangs up or
 * the operator types ^]. A terminal is made raw, so that ^C reaches the guest,
 * and put back on the way out, by a signal too: the one signal handler there
 * is, for whatever the verb waits in just then. Without a terminal, the end of
 * the input only ends the typing: what the guest says is still copied.
 *
 * The shim turns away one viewer too many in the same stream. So CONSOLE_FULL
 * is held back if it comes first, and counts if nothing comes after it: what a
 * guest writes is shown, whatever it writes.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "common/array.h"
#include "host/config/runtime.h"
#include "host/link/console.h"
#include "host/verbs/args.h"
#include "host/verbs/replay.h"
#include "host/verbs/verbs.h"

enum { CHUNK = 4096, ESCAPE = 0x1d /* ^] */ };

struct view {
	int fd;
	bool tty;    /* there is a terminal, and it is raw */
	bool typing; /* the input has not ended */
	bool begun;  /* the shim has said something */
	bool full;   /* CONSOLE_FULL, and so far nothing else */
};

static struct termios before; /* for put_back() */

static bool write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		buf += n;
		len -= (size_t)n;
	}
	return true;
}

/* Return: false: the shim hung up, or nobody takes what it says */
static bool copy_out(struct view *v)
{
	static const char full[] = CONSOLE_FULL;
	const size_t len = sizeof(full) - 1;
	char buf[CHUNK];
	ssize_t n = read(v->fd, buf, sizeof(buf));

	if (n <= 0)
		return false;
	if (v->full && !write_all(STDOUT_FILENO, full, len))
		return false;
	v->full = !v->begun && (size_t)n == len && !memcmp(buf, full, len);
	v->begun = true;
	return v->full || write_all(STDOUT_FILENO, buf, (size_t)n);
}

/* Return: false: the operator wants to leave */
static bool copy_in(struct view *v)
{
	char buf[CHUNK];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));
	const char *escape;

	if (n <= 0) {
		v->typing = false;
		return true;
	}
	escape = v->tty ? memchr(buf, ESCAPE, (size_t)n) : NULL;
	if (escape)
		n = escape - buf;
	/* The shim that went away is seen by copy_out(). */
	(void)!send(v->fd, buf, (size_t)n, MSG_NOSIGNAL);
	return !escape;
}

static void copy(struct view *v)
{
	bool going = true;

	while (going) {
		struct pollfd fd[] = {
			{ .fd = v->fd, .events = POLLIN },
			{ .fd = v->typing ? STDIN_FILENO : -1,
			  .events = POLLIN },
		};

		if (poll(fd, 2, -1) < 0 && errno != EINTR)
			return;
		if (fd[0].revents)
			going = copy_out(v);
		if (going && fd[1].revents)
			going = copy_in(v);
	}
}

/* SA_RESETHAND: raised again, the signal does what it does by itself. */
static void put_back(int number)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	raise(number);
}

/* SIGTTOU is blocked in it, else tcsetattr() would stop us in the background.
 */
static void catch_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE,
				       SIGTERM };
	struct sigaction sa = { .sa_handler = put_back,
				.sa_flags = SA_RESETHAND };
	struct sigaction was;

	sigemptyset(&sa.sa_mask);
	sigaddset(&sa.sa_mask, SIGTTOU);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (sigaction(signals[i], NULL, &was) == 0 &&
		    was.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
}

static void copy_raw(struct view *v, const char *name)
{
	struct termios raw = before;

	fprintf(stderr, "console of %s; ^] leaves\r\n", name);
	catch_signals();
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	copy(v);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	fputs("\n", stderr);
}

static int attach(const char *name)
{
	struct view v = { .typing = true };
	char error[SENTENCE_MAX];

	v.fd = runtime_dial(name, RUNTIME_CONSOLE, error);
	if (v.fd < 0)
		return verb_refuse(error);
	v.tty = tcgetattr(STDIN_FILENO, &before) == 0;
	if (v.tty)
		copy_raw(&v, name);
	else
		copy(&v);
	close(v.fd);
	if (!v.full)
		return VERB_DONE;
	sentence(
		error, 0,
		"%s: four viewers look at its console already: end one of them",
		name);
	return verb_refuse(error);
}

int verb_console(const struct verb *self, int argc, char **argv)
{
	bool replay = false, timestamps = false;
	const struct flag flags[] = {
		{ .name = "--replay", .set = &replay },
		{ .name = "--timestamps", .set = &timestamps },
	};
	const char *name;

	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), &name))
		return VERB_USAGE;
	if (timestamps && !replay) {
		fprintf(stderr, "reprise console: --timestamps belongs to "
				"--replay; write both\n");
		return VERB_USAGE;
	}
	return replay ? replay_console(name, timestamps) : attach(name);
}
