// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/teardown.c - how soon QEMU is gone when its memory is large
 *
 * Theory of operation: a QEMU of 8 GiB, every page of it touched, as QEMU's own
 * preallocation does it, with 4 KiB pages (transparent huge ones are forbidden
 * to it). No guest runs, for nothing here depends on one. `quit` to QEMU reaped
 * is taken in turns with its teardown helper and without; then the helper is
 * nudged as the shim does it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/array.h"
#include "host/qemu/probe.h"
#include "host/qemu/process.h"

#include "tests/bench/available.h"
#include "tests/bench/bench.h"

enum {
	ROUNDS = 5,
	TOUCHED_MIB = 8192,
	SPARE_MIB = 1024,
	DEADLINE_MS = 120000, /* 8 GiB of page faults on a busy machine */
};

struct exits {
	struct samples async_ms, sync_ms, back_ms;
};

/* One QEMU, and our end of its monitor. */
struct victim {
	struct process process;
	int qmp;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1000000;
}

static int await(int fd, const char *what, char *error)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, DEADLINE_MS) == 1)
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
	return caps->run_with_async ? "-run-with async-teardown=on"
				    : "-async-teardown";
}

static int spawn(struct victim *v, const struct qemu_caps *caps, bool async,
		 int theirs)
{
	char line[PATH_MAX + 512], *argv[32], *rest = line;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t n = 0;
	int r;

	if (null < 0)
		return -errno;
	snprintf(line, sizeof(line),
		 "%s -nodefaults -no-user-config -display none -S -accel tcg "
		 "-machine q35,memory-backend=ram -m %dM "
		 "-object memory-backend-ram,id=ram,size=%dM,prealloc=on "
		 "-chardev socket,id=q,fd=%d -mon chardev=q,mode=control %s",
		 caps->path, TOUCHED_MIB, TOUCHED_MIB, theirs,
		 helper_option(caps, async));
	while (n < ARRAY_SIZE(argv) - 1 &&
	       (argv[n] = strtok_r(rest, " ", &rest)) != NULL)
		n++;
	argv[n] = NULL;
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	r = process_spawn(&v->process, argv, &theirs, 1, null);
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	close(null);
	return r;
}

static int start(struct victim *v, const struct qemu_caps *caps, bool async,
		 char *error)
{
	int ends[2], r;

	v->process = (struct process){ .pidfd = -1, .helper_pidfd = -1 };
	v->qmp = -1;
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
	if (r == 0)
		r = await_answer(v, error);
	if (r == 0 && async && process_find_helper(&v->process) < 0)
		r = sentence(error, -ESRCH, "QEMU has no teardown helper");
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
	if (rss >> 10 >= TOUCHED_MIB && huge == 0)
		return 0;
	return sentence(error, -EUCLEAN,
			"QEMU holds %llu MiB, %llu of them in huge pages, "
			"where %d MiB in small ones are meant",
			rss >> 10, huge >> 10, TOUCHED_MIB);
}

static int end(struct victim *v, struct samples *exit_ms,
	       struct samples *back_ms, char *error)
{
	double began = now_ms(), reaped;
	int r = say(v, "quit", error);

	if (r == 0)
		r = await(v->process.pidfd, "QEMU's end", error);
	if (r < 0)
		return r;
	reaped = now_ms();
	process_reap(&v->process);
	samples_add(exit_ms, reaped - began);
	if (!back_ms)
		return 0;
	process_nudge_helper(&v->process);
	r = await(v->process.helper_pidfd, "the helper's end", error);
	if (r == 0)
		process_reap_helper(&v->process);
	samples_add(back_ms, now_ms() - reaped);
	return r;
}

static int one_exit(const struct qemu_caps *caps, bool async, struct exits *e,
		    char *error)
{
	struct victim v;
	int r = start(&v, caps, async, error);

	if (r == 0)
		r = check_touched(&v, error);
	if (r == 0)
		r = end(&v, async ? &e->async_ms : &e->sync_ms,
			async ? &e->back_ms : NULL, error);
	if (r < 0 && v.process.pidfd >= 0) {
		process_signal(&v.process, SIGKILL);
		process_reap(&v.process);
	}
	process_close(&v.process);
	if (v.qmp >= 0)
		close(v.qmp);
	return r;
}

static int check_room(char *error)
{
	double mib = 0;
	int r = available_mib(&mib, error);

	if (r < 0 || mib >= TOUCHED_MIB + SPARE_MIB)
		return r;
	return sentence(error, -ENOMEM,
			"%.0f MiB are available, and %d are needed: free some",
			mib, TOUCHED_MIB + SPARE_MIB);
}

int measure_teardown_async(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	struct exits e = { 0 };
	struct qemu_caps caps;
	int r = probe_qemu("qemu-system-x86_64", "x86_64", PROBE_MS, &caps,
			   error);

	(void)arch;
	for (int i = 0; i < 2 * ROUNDS && r == 0; i++) {
		r = check_room(error);
		if (r == 0)
			r = one_exit(&caps, i % 2, &e, error);
	}
	if (r < 0)
		return r;
	f->value = samples_median(&e.async_ms) / samples_median(&e.sync_ms);
	figure_how(f,
		   "`quit` to QEMU reaped, %d MiB touched in 4 KiB pages: with "
		   "the helper %.2f ms (median of %d), without it %.0f ms",
		   TOUCHED_MIB, samples_median(&e.async_ms), ROUNDS,
		   samples_median(&e.sync_ms));
	report_beside(&b->report, "teardown-async-back", NULL,
		      samples_median(&e.back_ms), "ms",
		      "the same with the helper: QEMU reaped to memory back, "
		      "the helper nudged at once, median of %d",
		      ROUNDS);
	return 0;
}
