// SPDX-License-Identifier: Apache-2.0
/*
 * host/handover.c - one process, two programs: a live handover
 *
 * /proc/self/cmdline and environ are what this process was started with, also
 * where it has changed its environment since (NOTIFY_SOCKET, which QEMU must
 * not see, is there for the next program).
 */
#include "host/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/qemu/proc.h"

enum { BLOCK = 131072, WORDS = 1024, FDS = 7, TEXT = 512 };

static const char variable[] = "REPRISE_HANDOVER";

struct block {
	char text[BLOCK];
	char *words[WORDS + 2]; /* one more, and the NULL */
	size_t count;
};

static int set_cloexec(int fd, bool on)
{
	return fd < 0 ? 0 : fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

static bool is_open(int fd)
{
	return fd > STDERR_FILENO && set_cloexec(fd, true) == 0;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Of each call "FD MORE MEMORY", until there is no more. */
static const char *take_calls(struct handover *h, const char *text)
{
	struct handover_call c;
	int n;

	while (h->calls < HANDOVER_CALLS &&
	       sscanf(text, "%d %d %d%n", &c.fd, &c.more, &c.memory, &n) == 3) {
		text += n;
		if (!is_open(c.fd))
			c.fd = -1;
		h->call[h->calls++] = c;
	}
	return text;
}

/* What older programs neither say nor read: the score, then "pFD" of each
 * promise and "qPID:START", which none of them takes for a number. */
static void take_more(struct handover *h, const char *text)
{
	int fd, n;

	if (sscanf(text, "%d%n", &h->score, &n) == 1)
		text += n;
	if (!is_open(h->score))
		h->score = -1;
	while (h->promises < HANDOVER_PROMISES &&
	       sscanf(text, " p%d%n", &fd, &n) == 1) {
		text += n;
		h->promise[h->promises++] = is_open(fd) ? fd : -1;
	}
	if (sscanf(text, " q%d:%" SCNu64, &fd, &h->qemu.start) == 2)
		h->qemu.pid = (pid_t)fd;
}

void handover_take(struct handover *h)
{
	const char *given = getenv(variable);
	char text[TEXT];
	int launcher_pid, n;

	*h = (struct handover){ .lock = -1,
				.control = -1,
				.console = -1,
				.launcher = -1,
				.ready = -1,
				.ring = -1,
				.score = -1 };
	if (!given)
		return;
	snprintf(text, sizeof(text), "%s", given);
	unsetenv(variable);
	if (sscanf(text, "%d %d %d %d %d %u %u %d %d%n", &h->lock, &h->control,
		   &h->console, &h->launcher, &launcher_pid, &h->uid, &h->gid,
		   &h->ready, &h->ring, &n) != 9)
		return;
	h->launcher_pid = (pid_t)launcher_pid;
	h->given = is_open(h->lock) && is_open(h->control) &&
		   is_open(h->console) &&
		   (h->launcher < 0 || is_open(h->launcher));
	if (h->ready < 0 || set_cloexec(h->ready, true) < 0)
		h->ready = -1;
	if (!is_open(h->ring))
		h->ring = -1;
	if (h->given)
		take_more(h, take_calls(h, text + n));
}

void handover_retaken(struct handover *h)
{
	while (h->promises)
		close_one(&h->promise[--h->promises]);
}

void handover_close(struct handover *h)
{
	int *const fds[FDS] = { &h->lock,     &h->control, &h->console,
				&h->launcher, &h->ready,   &h->ring,
				&h->score };

	for (size_t i = 0; h->given && i < FDS; i++)
		close_one(fds[i]);
	for (size_t i = 0; h->given && i < h->calls; i++)
		close_one(&h->call[i].fd);
	handover_retaken(h);
	h->given = false;
}

/* The words of a block of /proc/self, each ended by a NUL. */
static int read_block(struct block *b, const char *file)
{
	ssize_t n = proc_read(getpid(), file, b->text, sizeof(b->text));

	if (n < 0)
		return (int)n;
	if (n == BLOCK - 1)
		return -E2BIG;
	b->count = 0;
	for (char *at = b->text; at < b->text + n; at += strlen(at) + 1) {
		if (b->count == WORDS)
			return -E2BIG;
		b->words[b->count++] = at;
	}
	b->words[b->count] = NULL;
	return 0;
}

/* In place of one that was there before. */
static void set_word(struct block *b, char *word)
{
	size_t n = sizeof(variable) - 1, i = 0;

	while (i < b->count && (strncmp(b->words[i], variable, n) != 0 ||
				b->words[i][n] != '='))
		i++;
	b->words[i] = word;
	if (i == b->count)
		b->words[++b->count] = NULL;
}

static void keep(const struct handover *h, bool over_exec)
{
	const int fds[FDS] = { h->lock,	 h->control, h->console, h->launcher,
			       h->ready, h->ring,    h->score };

	for (size_t i = 0; i < FDS; i++)
		set_cloexec(fds[i], !over_exec);
	for (size_t i = 0; i < h->calls; i++)
		set_cloexec(h->call[i].fd, !over_exec);
	for (size_t i = 0; i < h->promises; i++)
		set_cloexec(h->promise[i], !over_exec);
}

static void write_word(const struct handover *h, char word[TEXT])
{
	int n = snprintf(word, TEXT, "%s=%d %d %d %d %d %u %u %d %d", variable,
			 h->lock, h->control, h->console, h->launcher,
			 (int)h->launcher_pid, h->uid, h->gid, h->ready,
			 h->ring);

	for (size_t i = 0; i < h->calls; i++)
		n += snprintf(word + n, TEXT - (size_t)n, " %d %d %d",
			      h->call[i].fd, h->call[i].more,
			      h->call[i].memory);
	if (h->score >= 0)
		n += snprintf(word + n, TEXT - (size_t)n, " %d", h->score);
	for (size_t i = 0; i < h->promises; i++)
		n += snprintf(word + n, TEXT - (size_t)n, " p%d",
			      h->promise[i]);
	if (h->qemu.pid)
		snprintf(word + n, TEXT - (size_t)n, " q%d:%" PRIu64,
			 (int)h->qemu.pid, h->qemu.start);
}

int handover_exec(const struct handover *h, const char *program)
{
	static struct block argv, env;
	char word[TEXT];
	int r = read_block(&argv, "cmdline");

	if (r == 0)
		r = read_block(&env, "environ");
	if (r < 0)
		return r;
	write_word(h, word);
	set_word(&env, word);
	keep(h, true);
	execve(program, argv.words, env.words);
	r = -errno;
	keep(h, false);
	return r;
}
