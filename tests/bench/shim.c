// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/shim.c - what the shim itself costs: size, memory, wake-ups
 *
 * Theory of operation: /proc says it. The shim is all processes of `reprise
 * run`: where QEMU has a user of its own, a launcher is one of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/served.h"
#include "tests/bench/standin.h"

enum {
	SETTLE_MS = 3000,
	IDLE_MS = 20000,
	WARM_UP = 10,
	LOOKS = 11,
	REBOOTS = 1000
};

int measure_shim_size(struct bench *b, const char *arch, struct figure *f,
		      char *error)
{
	struct stat st;

	(void)arch;
	if (stat(b->site.program, &st) < 0)
		return sentence(error, -errno, "%s: %s", b->site.program,
				strerror(errno));
	f->value = (double)st.st_size / 1024;
	figure_how(f, "bytes of %s, static and stripped", b->site.program);
	return 0;
}

/* A line "KEY: NUMBER ..." of a file in /proc. Return: false: not there */
static bool read_number(pid_t pid, const char *file, const char *key,
			double *number)
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0 &&
		    line[strlen(key)] == ':') {
			*number = strtod(line + strlen(key) + 1, NULL);
			found = true;
		}
	if (f)
		fclose(f);
	return found;
}

static bool is_reprise(pid_t pid, const char *program)
{
	char link[64], path[SITE_PATH];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	return strcmp(path, program) == 0;
}

/* The sum of a number of the shim and of those of its children that are it. */
static int sum(const struct served *s, const struct site *site,
	       const char *file, const char *key, double *total, char *error)
{
	char path[64], pids[256] = "", *rest = pids, *word;
	pid_t shim = s->process.pid;
	double one;
	FILE *f;

	if (!read_number(shim, file, key, total))
		return sentence(error, -ENODATA, "/proc/%d/%s has no %s",
				(int)shim, file, key);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)shim,
		 (int)shim);
	f = fopen(path, "re");
	if (f && !fgets(pids, sizeof(pids), f))
		pids[0] = '\0';
	if (f)
		fclose(f);
	while ((word = strsep(&rest, " ")) != NULL) {
		pid_t pid = (pid_t)strtol(word, NULL, 10);

		if (pid > 0 && is_reprise(pid, site->program) &&
		    read_number(pid, file, key, &one))
			*total += one;
	}
	return 0;
}

static int start_web(struct served *s, struct bench *b, const char *lines,
		     char *error)
{
	char path[SITE_PATH], log[SITE_PATH + 32];
	int r = site_appliance(&b->site, "shim", "x86_64", "web", path, error);
	FILE *f;

	s->turns = NULL;
	if (r < 0)
		return r;
	f = fopen(path, "ae");
	if (!f || fputs(lines, f) < 0 || fclose(f) != 0)
		return sentence(error, -EIO, "%s: cannot be written", path);
	snprintf(log, sizeof(log), "%s/log/bench-shim.log", b->site.build);
	return served_start(s, &b->turns, b->site.program, path, "shim", log,
			    error);
}

static int wait_for(struct bench *b, int ms, char *error)
{
	const uint64_t never = 0;

	return turns_until(&b->turns, &never, ms) == -ETIMEDOUT
		       ? 0
		       : sentence(error, -EINTR,
				  "it ended, or was interrupted");
}

int measure_shim_memory(struct bench *b, const char *arch, struct figure *f,
			char *error)
{
	struct served s;
	int r = start_web(&s, b, "", error);

	(void)arch;
	if (r == 0) /* what the start used it gives back a moment later */
		r = wait_for(b, SETTLE_MS, error);
	if (r == 0)
		r = sum(&s, &b->site, "smaps_rollup", "Pss", &f->value, error);
	served_close(&s);
	figure_how(f, "Pss in smaps_rollup of `reprise run`, and of its "
		      "launcher where it has one, while the example serves "
		      "(x86_64, TCG)");
	return r;
}

static int private_memory(const struct served *s, const struct site *site,
			  double *kib, char *error)
{
	static const char file[] = "smaps_rollup";
	double clean = 0, dirty = 0;
	int r = sum(s, site, file, "Private_Clean", &clean, error);

	if (r == 0)
		r = sum(s, site, file, "Private_Dirty", &dirty, error);
	*kib = clean + dirty;
	return r;
}

static int reboot_often(struct served *s, int count, char *error)
{
	struct marks m;
	int r = 0;

	for (int i = 0; i < count && r == 0; i++)
		r = served_reboot(s, "in_place", &m, error);
	return r;
}

/* A look may come while a page is out for a moment: the least of some. */
static int least_private_memory(struct served *s, const struct site *site,
				double *least, char *error)
{
	int r = private_memory(s, site, least, error);

	for (int i = 1; i < LOOKS && r == 0; i++) {
		double kib = 0;

		r = reboot_often(s, 1, error);
		if (r == 0)
			r = private_memory(s, site, &kib, error);
		if (r == 0 && kib < *least)
			*least = kib;
	}
	return r;
}

int measure_shim_growth(struct bench *b, const char *arch, struct figure *f,
			char *error)
{
	double before = 0, after = 0;
	struct served s;
	int r = standin_start(&s, b, error);

	(void)arch;
	if (r == 0)
		r = reboot_often(&s, WARM_UP, error);
	if (r == 0)
		r = least_private_memory(&s, &b->site, &before, error);
	if (r == 0)
		r = reboot_often(&s, REBOOTS, error);
	if (r == 0)
		r = least_private_memory(&s, &b->site, &after, error);
	served_close(&s);
	f->value = after - before;
	figure_how(f,
		   "private memory of the shim, %.0f KiB after %d and %.0f KiB "
		   "after %d in-place reboots of the stand-in, the least of %d "
		   "looks each",
		   before, WARM_UP, after, WARM_UP + REBOOTS, LOOKS);
	return r;
}

int measure_shim_wakeups(struct bench *b, const char *arch, struct figure *f,
			 char *error)
{
	static const char key[] = "voluntary_ctxt_switches";
	double before = 0, after = 0;
	struct served s;
	int r = start_web(&s, b, "heartbeat = 60 s\n", error);

	(void)arch;
	if (r == 0)
		r = wait_for(b, SETTLE_MS, error);
	if (r == 0)
		r = sum(&s, &b->site, "status", key, &before, error);
	if (r == 0)
		r = wait_for(b, IDLE_MS, error);
	if (r == 0)
		r = sum(&s, &b->site, "status", key, &after, error);
	served_close(&s);
	f->value = after - before;
	figure_how(f,
		   "times that `reprise run` was woken in %d s in which the "
		   "example serves and nobody asks; the guest's heartbeat is "
		   "a minute, so that none is among them",
		   IDLE_MS / 1000);
	return r;
}
