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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "host/qemu/proc.h"

enum { BLOCK = 131072, WORDS = 1024, FDS = 5 };

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

void handover_take(struct handover *h)
{
	const char *text = getenv(variable);
	int launcher_pid;

	*h = (struct handover){
		.lock = -1, .control = -1, .console = -1, .launcher = -1
	};
	if (!text || sscanf(text, "%d %d %d %d %d %u %u", &h->lock, &h->control,
			    &h->console, &h->launcher, &launcher_pid, &h->uid,
			    &h->gid) != 7)
		return;
	h->launcher_pid = (pid_t)launcher_pid;
	h->given = is_open(h->lock) && is_open(h->control) &&
		   is_open(h->console) &&
		   (h->launcher < 0 || is_open(h->launcher));
	unsetenv(variable);
}

void handover_close(struct handover *h)
{
	int *const fds[] = { &h->lock, &h->control, &h->console, &h->launcher };

	for (size_t i = 0; h->given && i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
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

int handover_exec(const struct handover *h, const char *program, int keep)
{
	static struct block argv, env;
	const int fds[FDS] = { h->lock, h->control, h->console, h->launcher,
			       keep };
	char word[160];
	int r = read_block(&argv, "cmdline");

	if (r == 0)
		r = read_block(&env, "environ");
	if (r < 0)
		return r;
	snprintf(word, sizeof(word), "%s=%d %d %d %d %d %u %u", variable,
		 h->lock, h->control, h->console, h->launcher,
		 (int)h->launcher_pid, h->uid, h->gid);
	set_word(&env, word);
	for (int i = 0; i < FDS; i++)
		set_cloexec(fds[i], false);
	execve(program, argv.words, env.words);
	r = -errno;
	for (int i = 0; i < FDS; i++)
		set_cloexec(fds[i], true);
	return r;
}
