// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/console.c - reprise console: look at the guest's console
 *
 * Theory of operation: bytes are copied both ways until the shim hangs up or
 * the operator types ^]. A terminal is made raw, so that ^C reaches the guest,
 * and put back on the way out. Without a terminal, the end of the input only
 * ends the typing: what the guest says is still copied.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "host/config/runtime.h"
#include "host/verbs/args.h"
#include "host/verbs/verbs.h"

enum { CHUNK = 4096, ESCAPE = 0x1d /* ^] */ };

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
static bool copy_out(int console)
{
	char buf[CHUNK];
	ssize_t n = read(console, buf, sizeof(buf));

	return n > 0 && write_all(STDOUT_FILENO, buf, (size_t)n);
}

/* Return: false: the operator wants to leave. @typing: false at the end */
static bool copy_in(int console, bool tty, bool *typing)
{
	char buf[CHUNK];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));
	const char *escape;

	if (n <= 0) {
		*typing = false;
		return true;
	}
	escape = tty ? memchr(buf, ESCAPE, (size_t)n) : NULL;
	if (escape)
		n = escape - buf;
	/* The shim that went away is seen by copy_out(). */
	(void)!send(console, buf, (size_t)n, MSG_NOSIGNAL);
	return !escape;
}

static void copy(int console, bool tty)
{
	bool typing = true, going = true;

	while (going) {
		struct pollfd fd[] = {
			{ .fd = console, .events = POLLIN },
			{ .fd = typing ? STDIN_FILENO : -1, .events = POLLIN },
		};

		if (poll(fd, 2, -1) < 0 && errno != EINTR)
			return;
		if (fd[0].revents)
			going = copy_out(console);
		if (going && fd[1].revents)
			going = copy_in(console, tty, &typing);
	}
}

static void copy_raw(int console, const char *name,
		     const struct termios *before)
{
	struct termios raw = *before;

	fprintf(stderr, "console of %s; ^] leaves\r\n", name);
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	copy(console, true);
	tcsetattr(STDIN_FILENO, TCSADRAIN, before);
	fputs("\n", stderr);
}

int verb_console(const struct verb *self, int argc, char **argv)
{
	char error[SENTENCE_MAX];
	struct termios before;
	const char *name;
	int fd;

	if (!args_parse(self, argc, argv, NULL, 0, &name))
		return VERB_USAGE;
	fd = runtime_dial(name, RUNTIME_CONSOLE, error);
	if (fd < 0)
		return verb_refuse(error);
	if (tcgetattr(STDIN_FILENO, &before) == 0)
		copy_raw(fd, name, &before);
	else
		copy(fd, false);
	close(fd);
	return VERB_DONE;
}
