// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/host.c - probes: kernel, memory and where files go
 */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "host/config/appliance.h"
#include "host/config/place.h"
#include "host/doctor/doctor.h"
#include "host/doctor/reading.h"
#include "host/memory/glance.h"

enum {
	TEXT = 4096,
	RUN_MIN_KIB = 16384, /* logs and sockets of many appliances */
};

void look_kernel(const struct patient *p, struct finding *f)
{
	unsigned int major = 0, minor = 0;
	char release[128];

	reading_text(p->root, "/proc/sys/kernel/osrelease", release,
		     sizeof(release));
	sscanf(release, "%u.%u", &major, &minor);
	if (major < 5 || (major == 5 && minor < 14))
		finding_set(f, LEVEL_FAIL, "run Linux 5.14 or newer",
			    "Linux %s: too old", release);
	else if (major < 6 || (major == 6 && minor < 15))
		finding_set(f, LEVEL_OK, "",
			    "Linux %s (before 6.15: how a QEMU ended whose "
			    "shim had died is not known)",
			    release);
	else
		finding_set(f, LEVEL_OK, "", "Linux %s", release);
}

void look_memory(const struct patient *p, struct finding *f)
{
	uint64_t total = 0, available = 0;
	char text[TEXT];

	reading_text(p->root, "/proc/meminfo", text, sizeof(text));
	if (!reading_kib(text, "MemTotal", &total) ||
	    !reading_kib(text, "MemAvailable", &available)) {
		finding_set(f, LEVEL_WARN, "see that /proc is mounted",
			    "/proc/meminfo does not say");
		return;
	}
	finding_set(f, LEVEL_OK, "",
		    "%" PRIu64 " MiB of %" PRIu64 " MiB available",
		    available >> 10, total >> 10);
}

/* Mode 2 counts what QEMU may touch, not what it touches. */
static void look_strict(const struct patient *p, struct finding *f)
{
	uint64_t limit = 0, used = 0;
	char text[TEXT];

	reading_text(p->root, "/proc/meminfo", text, sizeof(text));
	reading_kib(text, "CommitLimit", &limit);
	reading_kib(text, "Committed_AS", &used);
	if (p->appliance && used + (p->appliance->memory >> 10) > limit)
		finding_set(f, LEVEL_FAIL,
			    "raise vm.overcommit_ratio, or set "
			    "vm.overcommit_memory = 0",
			    "strict, and of %" PRIu64 " MiB only %" PRIu64
			    " are uncommitted",
			    limit >> 10,
			    limit > used ? (limit - used) >> 10 : 0);
	else
		finding_set(f, LEVEL_OK, "", "strict, limit %" PRIu64 " MiB",
			    limit >> 10);
}

void look_overcommit(const struct patient *p, struct finding *f)
{
	uint64_t mode = 0;

	if (!reading_number(p->root, "/proc/sys/vm/overcommit_memory", &mode))
		finding_set(f, LEVEL_WARN, "see that /proc is mounted",
			    "vm.overcommit_memory cannot be read");
	else if (mode == 2)
		look_strict(p, f);
	else if (mode == 1)
		finding_set(f, LEVEL_WARN, "set vm.overcommit_memory = 0",
			    "always: the kernel never refuses memory, it kills "
			    "for it later");
	else
		finding_set(f, LEVEL_OK, "", "heuristic");
}

void look_swap(const struct patient *p, struct finding *f)
{
	uint64_t total = 0, left = 0;
	char text[TEXT];

	reading_text(p->root, "/proc/meminfo", text, sizeof(text));
	if (!reading_kib(text, "SwapTotal", &total) ||
	    !reading_kib(text, "SwapFree", &left))
		finding_set(f, LEVEL_WARN, "see that /proc is mounted",
			    "/proc/meminfo does not say");
	else if (!total)
		finding_set(f, LEVEL_OK, "",
			    "none: memory that does not suffice ends a "
			    "process");
	else if (left < total / 2)
		finding_set(f, LEVEL_WARN,
			    "run less on this machine: guests wait for their "
			    "memory, and a restart for the old guest's",
			    "%" PRIu64 " MiB of %" PRIu64 " MiB in use",
			    (total - left) >> 10, total >> 10);
	else
		finding_set(f, LEVEL_OK, "",
			    "%" PRIu64 " MiB, %" PRIu64 " in use", total >> 10,
			    (total - left) >> 10);
}

void look_psi(const struct patient *p, struct finding *f)
{
	char text[256];
	int r = reading_text(p->root, "/proc/pressure/memory", text,
			     sizeof(text));

	if (r < 0)
		finding_set(f, LEVEL_WARN, "boot with psi=1",
			    "/proc/pressure/memory: %s", strerror(-r));
	else
		finding_set(f, LEVEL_OK, "", "%.*s", (int)strcspn(text, "\n"),
			    text);
}

static void say_promised(const struct glance *g, char *text, size_t size)
{
	static const char *const words[GLANCE_STATES] = {
		[PROMISE_WAITS] = "waiting for",
		[PROMISE_LIVES] = "live, promised",
		[PROMISE_DRAINS] = "draining, of",
	};
	char bytes[ADMISSION_SIZE];
	size_t n = 0;

	text[0] = '\0';
	for (int i = 0; i < GLANCE_STATES; i++)
		if (g->of[i].count)
			n += (size_t)snprintf(
				text + n, size - n, "; %u %s %s",
				g->of[i].count, words[i],
				admission_size(g->of[i].bytes, bytes));
}

void look_ledger(const struct patient *p, struct finding *f)
{
	char dir[PLACE_SIZE], path[PATH_MAX], root[PATH_MAX];
	char error[SENTENCE_MAX], promised[128];
	char headroom[ADMISSION_SIZE], total[ADMISSION_SIZE];
	struct glance g;
	int r = place_root(dir, error);

	snprintf(root, sizeof(root), "%s", p->root);
	if (r == 0) {
		snprintf(path, sizeof(path), "%s/" LEDGER_NAME, dir);
		r = glance_take(&g, path, root, error);
	}
	if (r < 0) {
		finding_set(f, LEVEL_WARN,
			    "see that it can be read: nobody starts without it",
			    "%s", error);
		return;
	}
	say_promised(&g, promised, sizeof(promised));
	finding_set(f, LEVEL_OK, "", "%s of %s to spare%s",
		    admission_size(g.headroom, headroom),
		    admission_size(g.total, total), promised);
}

/* The first appliance makes it, but not what it is in. @where: @dir, or that
 * where it is not there yet */
static int stat_place(char *dir, const char **where, struct statvfs *fs)
{
	if (statvfs(dir, fs) < 0 && errno == ENOENT)
		*where = dirname(dir);
	return statvfs(*where, fs) < 0 ? -errno : 0;
}

void look_run_size(const struct patient *p, struct finding *f)
{
	char dir[PLACE_SIZE], error[SENTENCE_MAX];
	const char *where = dir;
	uint64_t left, total;
	struct statvfs fs;
	int r = place_root(dir, error);

	(void)p;
	if (r == 0) {
		r = stat_place(dir, &where, &fs);
		if (r < 0)
			sentence(error, r, "%s: %s", where, strerror(-r));
	}
	if (r < 0) {
		finding_set(f, LEVEL_FAIL, "see that it can be made", "%s",
			    error);
		return;
	}
	left = (uint64_t)fs.f_bavail * fs.f_frsize >> 10;
	total = (uint64_t)fs.f_blocks * fs.f_frsize >> 10;
	if (left < RUN_MIN_KIB)
		finding_set(f, left ? LEVEL_WARN : LEVEL_FAIL,
			    "make room there: a full one keeps appliances "
			    "from starting",
			    "%" PRIu64 " KiB of %" PRIu64 " KiB left in %s",
			    left, total, where);
	else
		finding_set(f, LEVEL_OK, "",
			    "%" PRIu64 " MiB of %" PRIu64 " MiB left in %s",
			    left >> 10, total >> 10, where);
}
