// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/guest_console.c - what a guest says of itself on its console
 *
 * Theory of operation: the shim keeps what was said and sends it to whoever
 * connects, then what comes; so nothing is missed.
 */
#include "tests/bench/guest_console.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/config/runtime.h"
#include "host/sentence.h"
#include "tests/bench/turns.h"

enum { SAID = 65536 };

/* Return: is there a whole line "WORD NUMBER"? */
static bool find(const char *said, const char *word, double *number)
{
	size_t n = strlen(word);

	for (const char *line = said; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, word, n) == 0 && line[n] == ' ' &&
		    strchr(line, '\n') && sscanf(line + n, " %lf", number) == 1)
			return true;
	}
	return false;
}

/* Return: 0; -ETIMEDOUT; -EPIPE: the appliance has ended; else -errno */
static int await(int fd, const char *word, int wait_ms, double *number)
{
	uint64_t end_us = turns_now() + (uint64_t)wait_ms * 1000;
	static char said[SAID];
	size_t len = 0;

	said[0] = '\0';
	while (!find(said, word, number)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now_us = turns_now();
		ssize_t n;

		if (now_us >= end_us || len == sizeof(said) - 1)
			return -ETIMEDOUT;
		if (poll(&p, 1, (int)((end_us - now_us) / 1000) + 1) < 0)
			return -errno;
		if (!p.revents)
			continue;
		n = read(fd, said + len, sizeof(said) - 1 - len);
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		len += (size_t)n;
		said[len] = '\0';
	}
	return 0;
}

int guest_console_number(const char *name, const char *word, int wait_ms,
			 double *number, char *error)
{
	int fd = runtime_dial(name, RUNTIME_CONSOLE, error);
	int r;

	if (fd < 0)
		return fd;
	r = await(fd, word, wait_ms, number);
	close(fd);
	if (r < 0)
		return sentence(error, r,
				"%s: no line '%s NUMBER' on its console: %s",
				name, word, strerror(-r));
	return 0;
}
