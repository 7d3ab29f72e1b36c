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
#include "host/cgroup/cgroup.h"
#include "host/launch/spawn.h"

#include "tests/bench/available.h"

enum {
	SPARE_MIB = 1024,
	DEADLINE_MS = 120000, /* 8 GiB of page faults on a busy machine */
	PASSES = 64,
	MIB = 1 << 20,
	PAGE = 4096,
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

/* Read until it says this. */
static int await_word(const struct victim *v, const char *word, char *error)
{
	char text[4096];
	size_t len = 0;

	for (;;) {
		int r = await(v->qmp, word, error);
		ssize_t n;

		if (r < 0)
			return r;
		n = recv(v->qmp, text + len, sizeof(text) - 1 - len, 0);
		if (n <= 0)
			return sentence(error, -EPIPE,
					"QEMU left before it said %s", word);
		len += (size_t)n;
		text[len] = '\0';
		if (strstr(text, word))
			return 0;
	}
}

static const char *helper_option(const struct qemu_caps *caps,
				 const struct victim_plan *plan)
{
	if (!plan->async)
		return "";
	return caps->teardown == TEARDOWN_RUN_WITH
		       ? "-run-with async-teardown=on"
		       : "-async-teardown";
}

static int spawn(struct victim *v, const struct qemu_caps *caps,
		 const struct victim_plan *plan, int theirs)
{
	char line[PATH_MAX + 512], *argv[32], *rest = line;
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct spawn s = {
		.argv = argv,
		.keep = &theirs,
		.keep_count = 1,
		.output = null,
		.cgroup = plan->leaf ? plan->leaf[0].fd : -1,
	};
	size_t n = 0;
	int r;

	if (null < 0)
		return -errno;
	if (plan->leaf)
		s.memory_group = cgroup_leaf_entrance(&plan->leaf[1]);
	if (s.memory_group < 0)
		s.memory_group = 0;
	snprintf(line, sizeof(line),
		 "%s -nodefaults -no-user-config -display none -S -accel tcg "
		 "-machine q35,memory-backend=ram -m %dM "
		 "-object memory-backend-ram,id=ram,size=%dM,prealloc=%s "
		 "-action reboot=shutdown,shutdown=pause "
		 "-chardev socket,id=q,fd=%d -mon chardev=q,mode=control %s "
		 "%s %s",
		 caps->path, plan->mib, plan->mib,
		 plan->all_over ? "off" : "on", theirs,
		 helper_option(caps, plan), plan->firmware ? "-bios" : "",
		 plan->firmware ? plan->firmware : "");
	while (n < ARRAY_SIZE(argv) - 1 &&
	       (argv[n] = strtok_r(rest, " ", &rest)) != NULL)
		n++;
	argv[n] = NULL;
	prctl(PR_SET_THP_DISABLE, plan->small_pages, 0, 0, 0);
	r = process_spawn(&v->process, NULL, &s);
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	if (s.memory_group)
		close(s.memory_group);
	close(null);
	return r;
}

/* Return: the address of its RAM; 0: it has no mapping so large */
static off_t ram_of(const struct victim *v, const struct victim_plan *plan)
{
	unsigned long long from = 0, to = 0;
	char path[64], line[512];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)v->process.pid);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%llx-%llx rw", &from, &to) == 2 &&
			(to - from) / MIB >= (unsigned int)plan->mib;
	if (f)
		fclose(f);
	return found ? (off_t)from : 0;
}

static int touch_mib(int fd, off_t from)
{
	for (int at = 0; at < MIB; at += PAGE)
		if (pwrite(fd, "", 1, from + at) != 1)
			return -errno;
	return 0;
}

/* A MiB here and a MiB there, in so many passes over all of it. */
static int touch_all_over(const struct victim *v,
			  const struct victim_plan *plan, char *error)
{
	off_t ram = ram_of(v, plan);
	int fd, r = ram ? 0 : -ENOENT;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)v->process.pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		r = -errno;
	for (int pass = 0; pass < PASSES && r == 0; pass++)
		for (int i = pass; i < plan->mib && r == 0; i += PASSES)
			r = touch_mib(fd, ram + (off_t)i * MIB);
	if (fd >= 0)
		close(fd);
	return r < 0 ? sentence(error, r, "%s: QEMU's RAM: %s", path,
				strerror(-r))
		     : 0;
}

/* Not more pages than were asked for, and each of them there. */
static int check_touched(const struct victim *v, const struct victim_plan *plan,
			 char *error)
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
	if (rss >> 10 >= (unsigned int)plan->mib &&
	    !(plan->small_pages && huge))
		return 0;
	return sentence(error, -EUCLEAN,
			"QEMU holds %llu MiB, %llu of them in huge pages, "
			"where %d MiB are meant, in %s ones",
			rss >> 10, huge >> 10, plan->mib,
			plan->small_pages ? "small" : "any");
}

static int check_room(const struct victim_plan *plan, char *error)
{
	double mib = 0;
	int r = available_mib(&mib, error);

	if (r < 0 || mib >= plan->mib + SPARE_MIB)
		return r;
	return sentence(error, -ENOMEM,
			"%.0f MiB are available, and %d are needed: free some",
			mib, plan->mib + SPARE_MIB);
}

/* Spawned and spoken to; its memory is there when it answers. */
static int begin(struct victim *v, const struct qemu_caps *caps,
		 const struct victim_plan *plan, char *error)
{
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return sentence(error, -errno, "socketpair: %s",
				strerror(errno));
	r = spawn(v, caps, plan, ends[1]);
	close(ends[1]);
	v->qmp = ends[0];
	if (r < 0)
		return sentence(error, r, "cannot start %s: %s", caps->path,
				strerror(-r));
	r = say(v, "qmp_capabilities", error);
	return r < 0 ? r : await_word(v, "\"return\"", error);
}

int victim_start(struct victim *v, const struct qemu_caps *caps,
		 const struct victim_plan *plan, char *error)
{
	int r = check_room(plan, error);

	v->process = PROCESS_NONE;
	v->qmp = -1;
	if (r == 0)
		r = begin(v, caps, plan, error);
	if (r == 0 && plan->all_over)
		r = touch_all_over(v, plan, error);
	if (r == 0)
		r = check_touched(v, plan, error);
	if (r == 0 && plan->async && process_find_helper(&v->process, "") < 0)
		r = sentence(error, -ESRCH, "QEMU has no teardown helper");
	return r;
}

/* The guest stops itself in the gate; what ends QEMU is not its business. */
static int stop_guest(const struct victim *v, char *error)
{
	int r = say(v, "cont", error);

	return r < 0 ? r : await_word(v, "\"STOP\"", error);
}

static int tell(const struct victim *v, enum victim_end end, char *error)
{
	static const int signals[] = {
		[VICTIM_SIGTERM] = SIGTERM,
		[VICTIM_SIGKILL] = SIGKILL,
		[VICTIM_GUEST] = 0,
	};
	int r;

	if (!signals[end])
		return say(v, "quit", error);
	r = process_signal(&v->process, signals[end]);
	return r < 0 ? sentence(error, r, "QEMU cannot be signalled") : 0;
}

int victim_end(struct victim *v, enum victim_end end, double *took_ms,
	       char *error)
{
	int r = end == VICTIM_GUEST ? stop_guest(v, error) : 0;
	double began = victim_now_ms();

	if (r == 0)
		r = tell(v, end, error);
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
