// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/victim.c - a large QEMU whose end is looked at
 */
#include "tests/bench/victim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/array.h"
#include "host/launch/spawn.h"

#include "tests/bench/available.h"

enum {
	SPARE_MIB = 1024,
	DEADLINE_MS = 120000, /* 8 GiB of page faults on a busy machine */
};

double victim_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1000000;
}

int victim_await(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static int await(int fd, const char *what, char *error)
{
	if (victim_await(fd, DEADLINE_MS))
		return 0;
	return sentence(error, -ETIMEDOUT, "%s did not come within %d s", what,
			DEADLINE_MS / 1000);
}

static int say(const struct victim *v, const char *command, char *error)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n", command);

	if (send(v->qmp, text, (size_t)n, MSG_NOSIGNAL) == n)
		return 0;
	return sentence(error, -EPIPE, "QEMU does not take '%s'", command);
}

/* QMP is answered once the memory is there. */
static int await_answer(const struct victim *v, char *error)
{
	char text[4096];
	size_t len = 0;

	for (;;) {
		int r = await(v->qmp, "QEMU's answer on QMP", error);
		ssize_t n;

		if (r < 0)
			return r;
		n = recv(v->qmp, text + len, sizeof(text) - 1 - len, 0);
		if (n <= 0)
			return sentence(error, -EPIPE,
					"QEMU left before it spoke QMP");
		len += (size_t)n;
		text[len] = '\0';
		if (strstr(text, "\"return\""))
			return 0;
	}
}

static const char *helper_option(const struct qemu_caps *caps, bool async)
{
	if (!async)
		return "";
	return caps->teardown == TEARDOWN_RUN_WITH
		       ? "-run-with async-teardown=on"
		       : "-async-teardown";
}

static int spawn(struct victim *v, const struct qemu_caps *caps, bool async,
		 int theirs)
{
	char line[PATH_MAX + 512], *argv[32], *rest = line;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const struct spawn s = {
		.argv = argv,
		.keep = &theirs,
		.keep_count = 1,
		.output = null,
		.cgroup = -1,
	};
	size_t n = 0;
	int r;

	if (null < 0)
		return -errno;
	snprintf(line, sizeof(line),
		 "%s -nodefaults -no-user-config -display none -S -accel tcg "
		 "-machine q35,memory-backend=ram -m %dM "
		 "-object memory-backend-ram,id=ram,size=%dM,prealloc=on "
		 "-chardev socket,id=q,fd=%d -mon chardev=q,mode=control %s",
		 caps->path, VICTIM_MIB, VICTIM_MIB, theirs,
		 helper_option(caps, async));
	while (n < ARRAY_SIZE(argv) - 1 &&
	       (argv[n] = strtok_r(rest, " ", &rest)) != NULL)
		n++;
	argv[n] = NULL;
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	r = process_spawn(&v->process, NULL, &s);
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	close(null);
	return r;
}

/* Not more pages than were asked for, and each of them there. */
static int check_touched(const struct victim *v, char *error)
{
	unsigned long long rss = 0, huge = 0;
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup",
		 (int)v->process.pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		(void)sscanf(line, "Rss: %llu kB", &rss);
		(void)sscanf(line, "AnonHugePages: %llu kB", &huge);
	}
	if (f)
		fclose(f);
	if (rss >> 10 >= VICTIM_MIB && huge == 0)
		return 0;
	return sentence(error, -EUCLEAN,
			"QEMU holds %llu MiB, %llu of them in huge pages, "
			"where %d MiB in small ones are meant",
			rss >> 10, huge >> 10, VICTIM_MIB);
}

static int check_room(char *error)
{
	double mib = 0;
	int r = available_mib(&mib, error);

	if (r < 0 || mib >= VICTIM_MIB + SPARE_MIB)
		return r;
	return sentence(error, -ENOMEM,
			"%.0f MiB are available, and %d are needed: free some",
			mib, VICTIM_MIB + SPARE_MIB);
}

/* Spawned and spoken to; its memory is there when it answers. */
static int begin(struct victim *v, const struct qemu_caps *caps, bool async,
		 char *error)
{
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return sentence(error, -errno, "socketpair: %s",
				strerror(errno));
	r = spawn(v, caps, async, ends[1]);
	close(ends[1]);
	v->qmp = ends[0];
	if (r < 0)
		return sentence(error, r, "cannot start %s: %s", caps->path,
				strerror(-r));
	r = say(v, "qmp_capabilities", error);
	return r < 0 ? r : await_answer(v, error);
}

int victim_start(struct victim *v, const struct qemu_caps *caps, bool async,
		 char *error)
{
	int r = check_room(error);

	v->process = (struct process){ .pidfd = -1, .helper_pidfd = -1 };
	v->qmp = -1;
	if (r == 0)
		r = begin(v, caps, async, error);
	if (r == 0)
		r = check_touched(v, error);
	if (r == 0 && async && process_find_helper(&v->process) < 0)
		r = sentence(error, -ESRCH, "QEMU has no teardown helper");
	return r;
}

int victim_quit(struct victim *v, double *took_ms, char *error)
{
	double began = victim_now_ms();
	int r = say(v, "quit", error);

	if (r == 0)
		r = await(v->process.pidfd, "QEMU's end", error);
	if (r < 0)
		return r;
	*took_ms = victim_now_ms() - began;
	process_reap(&v->process);
	return 0;
}

void victim_close(struct victim *v)
{
	if (v->process.pidfd >= 0) {
		process_signal(&v->process, SIGKILL);
		process_reap(&v->process);
	}
	process_nudge_helper(&v->process);
	process_close(&v->process);
	if (v->qmp >= 0)
		close(v->qmp);
}
