// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/bench.c - every number that Reprise is held to
 *
 *	build/tests/bench             all of them
 *	build/tests/bench NAME...     only those; NAME@s390x for one
 *	                              architecture
 *
 * Theory of operation: numbers[] says what there is. Each is measured in this
 * run, on this machine, against whatever it is compared with in the same run,
 * in turns; nothing is remembered from before. A number over its limit is a
 * result. One that could not be measured is a failure of this program.
 */
#include "tests/bench/bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"

enum scope { ONCE, EACH_ARCH };

static const struct number {
	const char *name;
	const char *unit;
	double limit; /* at most */
	enum scope scope;
	measure_fn *measure;
} numbers[] = {
	{ "image-size", "MiB", 6, EACH_ARCH, measure_image_size },
	{ "boot-vs-stock", "ratio", 0.333, EACH_ARCH, measure_boot_vs_stock },
	{ "restart-vs-plain", "ratio", 1.1, EACH_ARCH, measure_restart },
	{ "in-place-vs-plain", "ratio", 1.05, EACH_ARCH, measure_in_place },
	{ "gate-share", "ms", 1, ONCE, measure_gate_share },
	{ "quiesce", "ms", 50, EACH_ARCH, measure_quiesce },
	{ "memory-back", "ms", 60, ONCE, measure_memory_back },
	{ "memory-nudge", "ms", 60, ONCE, measure_memory_nudge },
	{ "teardown-async", "ratio", 0.05, ONCE, measure_teardown_async },
	{ "drain-estimate", "percent", 20, ONCE, measure_drain_estimate },
	{ "shim-size", "KiB", 384, ONCE, measure_shim_size },
	{ "shim-memory", "KiB", 384, ONCE, measure_shim_memory },
	{ "shim-memory-growth", "KiB", 0, ONCE, measure_shim_growth },
	{ "shim-wakeups", "wake-ups", 0, ONCE, measure_shim_wakeups },
	{ "status-time", "ms", 2, ONCE, measure_status_time },
	{ "ps-200", "ms", 100, ONCE, measure_ps },
	{ "gate-1000", "ms", 0.5, ONCE, measure_gate_median },
	{ "gate-1000-p99", "ms", 5, ONCE, measure_gate_p99 },
	{ "admission-time", "ms", 1, ONCE, measure_admission_time },
	{ "overcommit", "ratio", 1, ONCE, measure_overcommit },
	{ "init-size-tiny", "KiB", 64, ONCE, measure_init_size_tiny },
	{ "init-size", "KiB", 256, ONCE, measure_init_size_full },
	{ "init-memory-tiny", "KiB", 96, EACH_ARCH, measure_init_memory_tiny },
	{ "init-memory", "KiB", 256, EACH_ARCH, measure_init_memory_full },
	{ "init-heap", "calls", 0, ONCE, measure_init_heap },
	{ "init-to-payload", "ms", 30, EACH_ARCH, measure_init_to_payload },
	{ "init-wakeups", "per-heartbeat", 1.1, EACH_ARCH,
	  measure_init_wakeups },
	{ "quiesce-disk", "ms", 50, EACH_ARCH, measure_quiesce_disk },
};

const char *const bench_archs[BENCH_ARCHS] = { "x86_64", "s390x" };

/* "quiesce" asks for all of its architectures, "quiesce@s390x" for one. */
static bool names(const char *word, const struct number *n, const char *arch)
{
	size_t len = strlen(n->name);

	if (strncmp(word, n->name, len) != 0)
		return false;
	return word[len] == '\0' ||
	       (word[len] == '@' && arch && strcmp(word + len + 1, arch) == 0);
}

static bool wanted(char **words, const struct number *n, const char *arch)
{
	if (!*words)
		return true;
	while (*words)
		if (names(*words++, n, arch))
			return true;
	return false;
}

/* How often @n is to be measured, and for which architectures. */
static size_t archs_of(const struct number *n, const char **archs)
{
	if (n->scope == ONCE) {
		archs[0] = NULL;
		return 1;
	}
	memcpy(archs, bench_archs, sizeof(bench_archs));
	return BENCH_ARCHS;
}

static bool known(const char *word)
{
	const char *archs[BENCH_ARCHS];

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		for (size_t j = archs_of(&numbers[i], archs); j > 0; j--)
			if (names(word, &numbers[i], archs[j - 1]))
				return true;
	return false;
}

static int check_words(char **words)
{
	for (; *words; words++) {
		if (known(*words))
			continue;
		fprintf(stderr, "bench: '%s' is no number: write", *words);
		for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
			fprintf(stderr, "%s %s", i ? "," : "", numbers[i].name);
		fprintf(stderr, ", or one of them with @s390x behind it\n");
		return -EINVAL;
	}
	return 0;
}

/* Return: 1: it could not be measured; 0 */
static int measure(struct bench *b, const struct number *n, const char *arch)
{
	struct figure f = {
		.name = n->name,
		.arch = arch,
		.unit = n->unit,
		.limit = n->limit,
	};
	char error[SENTENCE_MAX] = "";
	unsigned int left;
	int r = n->measure(b, arch, &f, error);

	left = site_end_children();
	if (r == 0 && left)
		r = sentence(error, -EBUSY,
			     "%u processes were left behind; they have been "
			     "ended",
			     left);
	if (r == 0) {
		report_figure(&b->report, &f);
	} else {
		figure_how(&f, "not measured: %s", error);
		report_failure(&b->report, &f);
	}
	return r < 0;
}

static int measure_all(struct bench *b, char **words)
{
	const char *archs[BENCH_ARCHS];
	int failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		size_t count = archs_of(&numbers[i], archs);

		for (size_t j = 0; j < count && !b->turns.interrupted; j++)
			if (wanted(words, &numbers[i], archs[j]))
				failed |= measure(b, &numbers[i], archs[j]);
	}
	return failed || b->turns.interrupted;
}

static int close_report(struct bench *b, bool partial)
{
	char path[SITE_PATH + 16];

	snprintf(path, sizeof(path), "%s/bench.json", b->site.build);
	if (report_close(&b->report, path, partial) == 0)
		return 0;
	fprintf(stderr, "bench: %s: cannot be written\n", path);
	return 1;
}

int main(int argc, char **argv)
{
	char error[SENTENCE_MAX];
	static struct bench b;
	int failed;

	if (check_words(argv + 1) < 0)
		return 2;
	if (site_open(&b.site, error) < 0) {
		fprintf(stderr, "bench: %s\n", error);
		return 1;
	}
	if (turns_open(&b.turns) < 0 || report_open(&b.report) < 0) {
		fprintf(stderr, "bench: no epoll, timerfd or memory\n");
		return 1;
	}
	failed = measure_all(&b, argv + 1);
	failed |= close_report(&b, argc > 1);
	turns_close(&b.turns);
	site_close(&b.site);
	return failed;
}
