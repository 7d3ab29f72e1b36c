// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/guest_init.c - what PID 1 costs in a guest that runs
 *
 * Theory of operation: the payload of tests/bench/images/init looks at PID 1
 * and says what it saw on the console. Its image is built twice, of the guests
 * of configs/tiny and configs/full, below build/tiny and build/full.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/bench.h"
#include "tests/bench/guest_console.h"
#include "tests/bench/plain.h"
#include "tests/bench/served.h"

#include "host/verbs/prepare.h"

enum { ROUNDS = 9, MEMORY_MS = 120000, WAKEUPS_MS = 180000, HEARTBEATS = 10 };

static int size_of(const struct bench *b, const char *config, struct figure *f,
		   char *error)
{
	char path[SITE_PATH + 64];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s/x86_64/reprise-init", b->site.build,
		 config);
	if (stat(path, &st) < 0)
		return sentence(error, -errno, "%s: %s", path, strerror(errno));
	f->value = (double)st.st_size / 1024;
	figure_how(f, "bytes of %s/x86_64/reprise-init: %lld", config,
		   (long long)st.st_size);
	return 0;
}

int measure_init_size_tiny(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	(void)arch;
	return size_of(b, "tiny", f, error);
}

int measure_init_size_full(struct bench *b, const char *arch, struct figure *f,
			   char *error)
{
	(void)arch;
	return size_of(b, "full", f, error);
}

/* Run the image of @config, wait until its payload has said all @words. */
static int ask(struct bench *b, const char *config, const char *arch,
	       const char *const *words, int wait_ms, double *numbers,
	       char *error)
{
	char where[32], path[SITE_PATH], log[SITE_PATH + 32];
	struct served s = { 0 };
	int r;

	snprintf(where, sizeof(where), "%s/%s", config, arch);
	snprintf(log, sizeof(log), "%s/log/bench-init.log", b->site.build);
	r = site_appliance(&b->site, "init", where, "init", path, error);
	if (r < 0)
		return r;
	r = served_start(&s, &b->turns, b->site.program, path, "init", log,
			 error);
	for (; *words && r == 0; words++, numbers++)
		r = guest_console_number("init", *words, wait_ms, numbers,
					 error);
	served_close(&s);
	return r;
}

static int memory_of(struct bench *b, const char *config, const char *arch,
		     struct figure *f, char *error)
{
	static const char *const words[] = { "private", "anonymous", NULL };
	double kib[2];
	int r = ask(b, config, arch, words, MEMORY_MS, kib, error);

	if (r < 0)
		return r;
	f->value = kib[0];
	figure_how(f,
		   "Private_Clean and Private_Dirty of PID 1's "
		   "smaps_rollup, 6 s after READY, in a guest of configs/%s; "
		   "anonymous, which is all but the program that lies in the "
		   "initramfs anyhow, are %.0f KiB",
		   config, kib[1]);
	return 0;
}

int measure_init_memory_tiny(struct bench *b, const char *arch,
			     struct figure *f, char *error)
{
	return memory_of(b, "tiny", arch, f, error);
}

int measure_init_memory_full(struct bench *b, const char *arch,
			     struct figure *f, char *error)
{
	return memory_of(b, "full", arch, f, error);
}

int measure_init_wakeups(struct bench *b, const char *arch, struct figure *f,
			 char *error)
{
	static const char *const words[] = { "wakeups", NULL };
	double wakeups;
	int r = ask(b, "full", arch, words, WAKEUPS_MS, &wakeups, error);

	if (r < 0)
		return r;
	f->value = wakeups / HEARTBEATS;
	figure_how(f,
		   "voluntary context switches of PID 1 of an idle guest in 50 "
		   "s, which is %d heartbeats: %.0f",
		   HEARTBEATS, wakeups);
	return 0;
}

/* READY comes when the payload was executed, and says both times. */
static int boot(struct plain *p, struct samples *ms, char *error)
{
	int r = plain_start(p, error);

	if (r == 0)
		r = plain_await(p, PLAIN_READY, error);
	if (r == 0)
		samples_add(ms, (double)p->ready.ready_ms - p->ready.init_ms);
	return r == 0 ? plain_kill(p, error) : r;
}

int measure_init_to_payload(struct bench *b, const char *arch, struct figure *f,
			    char *error)
{
	struct samples ms = { 0 };
	struct prepared what;
	struct plain p = { 0 };
	char where[32];
	int r;

	snprintf(where, sizeof(where), "full/%s", arch);
	r = site_prepare(&b->site, "init", where, "init", &what, error);
	if (r < 0)
		return r;
	r = plain_open(&p, &b->turns, &what, error);
	for (int i = 0; i < ROUNDS && r == 0; i++)
		r = boot(&p, &ms, error);
	plain_close(&p);
	prepare_end(&what);
	f->value = samples_median(&ms);
	figure_how(f,
		   "PID 1's first statement to the moment when it sees that "
		   "execve(2) of the payload has worked, both by the guest's "
		   "clock in whole ms as READY says: median of %d cold boots "
		   "of configs/full, %.0f to %.0f; TCG",
		   ROUNDS, samples_min(&ms), samples_max(&ms));
	return r;
}
