// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/probe.c - what a QEMU binary is and can
 *
 * Theory of operation: QEMU runs without a machine, with QMP on its standard
 * streams. All questions are written at once, the last is quit; then its
 * output is read to the end and looked at line by line (host/qemu/answers.c). A
 * line that is no JSON is what QEMU has to say about why it does not start: the
 * sentence quotes the first of them.
 */
#include "host/qemu/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/launch/child.h"
#include "host/qemu/answers.h"

enum { OUTPUT_MAX = 65536, WORDS_MAX = 200, MAJOR_MIN = 7, MINOR_MIN = 2 };

/* A started QEMU, and what it said. */
struct talk {
	pid_t pid;
	int fd;
	char text[OUTPUT_MAX + 1]; /* terminated */
	size_t len;
	char words[WORDS_MAX]; /* its first line that is no JSON */
};

int probe_find(const char *name, char path[static PATH_MAX], char *error)
{
	const size_t size = PATH_MAX;
	bool is_path = strchr(name, '/');
	const char *dirs = is_path ? NULL : getenv("PATH");
	int n;

	if (!is_path && !dirs)
		return sentence(error, -ENOENT,
				"%s: cannot be looked for, PATH is not set: "
				"set it, or write qemu = PATH in [appliance]",
				name);
	if (is_path && strlen(name) < size && access(name, X_OK) == 0) {
		memcpy(path, name, strlen(name) + 1);
		return 0;
	}
	while (dirs && *dirs) {
		size_t len = strcspn(dirs, ":");

		n = snprintf(path, size, "%.*s/%s", (int)len, dirs, name);
		if (n > 0 && (size_t)n < size && access(path, X_OK) == 0)
			return 0;
		dirs += len + (dirs[len] == ':');
	}
	return sentence(error, -ENOENT,
			"%s: not found or not executable: install QEMU %d.%d "
			"or newer, or write qemu = PATH in [appliance]",
			name, MAJOR_MIN, MINOR_MIN);
}

static int spawn(const char *path, int in, int out, pid_t *pid)
{
	const char *const argv[] = { path,
				     "-machine",
				     "none",
				     "-nodefaults",
				     "-no-user-config",
				     "-display",
				     "none",
				     "-qmp",
				     "stdio",
				     NULL };

	return child_spawn(argv, in, out, pid);
}

/* Return: 0: @t->fd gives its output, its questions are asked; -errno */
static int start(const char *path, struct talk *t)
{
	char questions[QUESTIONS_SIZE];
	int in[2], out[2], r;

	if (pipe2(in, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(out, O_CLOEXEC) < 0) {
		r = -errno;
		close(in[0]);
		close(in[1]);
		return r;
	}
	/* Into an empty pipe that has a reader: neither blocks nor fails. */
	(void)!write(in[1], questions, answers_questions(questions));
	r = spawn(path, in[0], out[1], &t->pid);
	close(in[0]);
	close(in[1]);
	close(out[1]);
	if (r < 0)
		close(out[0]);
	else
		t->fd = out[0];
	return r;
}

/* Read to the end. Return: 0; -ETIMEDOUT; -EMSGSIZE; else -errno */
static int listen_to(struct talk *t, int timeout_ms)
{
	int64_t end = clock_ms() + timeout_ms;

	for (;;) {
		struct pollfd p = { .fd = t->fd, .events = POLLIN };
		int64_t left = end - clock_ms();
		/* who is late to listen still hears what was said */
		int ready = poll(&p, 1, left > 0 ? (int)left : 0);
		ssize_t n = -1;

		if (ready == 0)
			return -ETIMEDOUT;
		if (ready > 0)
			n = read(t->fd, t->text + t->len, OUTPUT_MAX - t->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return t->len == OUTPUT_MAX ? -EMSGSIZE : 0;
		t->len += (size_t)n;
	}
}

static void understand(struct talk *t, struct qemu_caps *caps)
{
	char *rest = t->text;

	while (rest && *rest) {
		char *line = strsep(&rest, "\n");

		if (!answers_take(line, caps) && !t->words[0])
			snprintf(t->words, sizeof(t->words), "%s", line);
	}
	answers_settle(caps);
}

static int judge(const struct qemu_caps *caps, const char *arch,
		 const char *words, char *error)
{
	if (!caps->major || !caps->arch[0])
		return sentence(error, -EPROTO,
				"%s: does not answer as QEMU does%s%s: write "
				"qemu = PATH of qemu-system-%s in [appliance]",
				caps->path, words[0] ? ", it says: " : "",
				words, arch);
	if (caps->major < MAJOR_MIN ||
	    (caps->major == MAJOR_MIN && caps->minor < MINOR_MIN))
		return sentence(error, -ENOTSUP,
				"%s: QEMU %d.%d.%d is too old: install %d.%d "
				"or newer",
				caps->path, caps->major, caps->minor,
				caps->micro, MAJOR_MIN, MINOR_MIN);
	if (strcmp(caps->arch, arch) != 0)
		return sentence(error, -ENOTSUP,
				"%s: emulates %s, but the image is for %s: "
				"write qemu = PATH of qemu-system-%s in "
				"[appliance], or leave it out",
				caps->path, caps->arch, arch, arch);
	return 0;
}

static int talk_to(const char *arch, int timeout_ms, struct talk *t,
		   struct qemu_caps *caps, char *error)
{
	int r = start(caps->path, t);

	if (r < 0)
		return sentence(error, r,
				"%s: cannot be started: %s: write qemu = PATH "
				"of qemu-system-%s in [appliance]",
				caps->path, strerror(-r), arch);
	r = listen_to(t, timeout_ms);
	child_kill(t->pid); /* a zombie, if all is well */
	close(t->fd);
	if (r == -ETIMEDOUT)
		return sentence(error, r,
				"%s: has not answered for %d ms: try it by "
				"hand with -machine none -qmp stdio",
				caps->path, timeout_ms);
	if (r < 0)
		return sentence(error, r, "%s: cannot be asked: %s", caps->path,
				strerror(-r));
	understand(t, caps);
	return judge(caps, arch, t->words, error);
}

int probe_qemu(const char *binary, const char *arch, int timeout_ms,
	       struct qemu_caps *caps, char *error)
{
	struct talk *t;
	int r;

	*caps = (struct qemu_caps){ 0 };
	r = probe_find(binary, caps->path, error);
	if (r < 0)
		return r;
	t = calloc(1, sizeof(*t));
	if (!t)
		return sentence(error, -ENOMEM, "out of memory");
	r = talk_to(arch, timeout_ms, t, caps, error);
	free(t);
	return r;
}
