// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_probe_cache.c - how often is a QEMU asked?
 *
 * The QEMU is a copy of this program, which then answers as one, and notes down
 * that it was asked.
 */
#include "host/qemu/probe_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/host/scratch.h"

enum { PATIENCE_MS = 60000, TEXT = 4096 };

static const char answers[] =
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 1, "
	"\"major\": 9}}}}\n"
	"{\"return\": {\"arch\": \"s390x\"}, \"id\": 1}\n"
	"{\"return\": [{\"parameters\": [{\"name\": \"async-teardown\"}]}], "
	"\"id\": 2}\n"
	"{\"return\": [{\"parameters\": [{\"name\": \"resourcecontrol\"}]}], "
	"\"id\": 3}\n"
	"{\"return\": [{\"name\": \"s390-ccw-virtio\"}], \"id\": 4}\n"
	"{\"return\": [{\"name\": \"s390-pv-guest\"}], \"id\": 5}\n";

static struct scratch scratch;
static char qemu[SCRATCH_PATH], cache[SCRATCH_PATH], asked[SCRATCH_PATH];
static struct qemu_caps caps;
static char error[SENTENCE_MAX];

static int be_qemu(void)
{
	int fd = open(getenv("ASKED"), O_WRONLY | O_APPEND | O_CLOEXEC);

	return write(fd, ".", 1) == 1 && fputs(answers, stdout) >= 0 ? 0 : 1;
}

static void copy_self(const char *path)
{
	FILE *from = fopen("/proc/self/exe", "re"), *to = fopen(path, "we");
	char bytes[65536];
	size_t n;

	assert_non_null(from);
	assert_non_null(to);
	while ((n = fread(bytes, 1, sizeof(bytes), from)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, to), n);
	fclose(from);
	assert_int_equal(fclose(to), 0);
	assert_int_equal(chmod(path, 0700), 0);
}

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	scratch_path(&scratch, "qemu", qemu);
	scratch_path(&scratch, "cache", cache);
	scratch_path(&scratch, "asked", asked);
	scratch_write(&scratch, "asked", "", 0, 0600);
	setenv("ASKED", asked, 1);
	setenv("REPRISE_CACHE_DIR", cache, 1);
	copy_self(qemu);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static int probe(void)
{
	error[0] = '\0';
	return probe_cached(qemu, "s390x", PATIENCE_MS, &caps, error);
}

static void assert_asked(int times)
{
	struct stat st;

	assert_int_equal(stat(asked, &st), 0);
	assert_int_equal(st.st_size, times);
}

static void assert_right(void)
{
	assert_int_equal(caps.major, 9);
	assert_int_equal(caps.minor, 1);
	assert_int_equal(caps.micro, 2);
	assert_int_equal(caps.teardown, TEARDOWN_RUN_WITH);
	assert_true(caps.sandbox);
	assert_true(caps.pv_guest);
	assert_true(caps.machine[QEMU_CCW]);
	assert_false(caps.machine[QEMU_Q35]);
	assert_false(caps.machine[QEMU_MICROVM]);
	assert_string_equal(caps.arch, "s390x");
	assert_string_equal(caps.path, qemu);
}

/* The one file of the cache. Return: its path, static */
static const char *cached_file(void)
{
	static char path[2 * SCRATCH_PATH];
	char command[2 * SCRATCH_PATH];
	FILE *p;

	snprintf(command, sizeof(command), "ls %s/*", cache);
	p = popen(command, "re");
	assert_non_null(p);
	assert_non_null(fgets(path, sizeof(path), p));
	path[strcspn(path, "\n")] = '\0';
	assert_int_equal(fgetc(p), EOF); /* and nothing beside it */
	pclose(p);
	return path;
}

static void qemu_is_asked_once(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(probe(), 0);
		assert_right();
	}
	assert_asked(1);
}

static void qemu_is_asked_anew_where_that_is_wanted(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			probe_anew(qemu, "s390x", PATIENCE_MS, &caps, error),
			0);
	assert_asked(2);
	assert_int_equal(probe(), 0);
	assert_asked(2);
}

static void changed_qemu_is_asked_anew(void **state)
{
	const struct timespec later[2] = { { 1, 0 }, { 1, 1 } };

	(void)state;
	assert_int_equal(probe(), 0);
	assert_int_equal(utimensat(AT_FDCWD, qemu, later, 0), 0);
	assert_int_equal(probe(), 0);
	assert_asked(2);
	assert_int_equal(unlink(qemu), 0);
	copy_self(qemu);
	assert_int_equal(utimensat(AT_FDCWD, qemu, later, 0), 0);
	assert_int_equal(probe(), 0);
	assert_asked(3); /* another file, made to look the same */
	assert_int_equal(probe(), 0);
	assert_asked(3);
}

static size_t read_cache(char text[static TEXT])
{
	FILE *f = fopen(cached_file(), "re");
	size_t n = fread(text, 1, TEXT - 1, f);

	text[n] = '\0';
	fclose(f);
	return n;
}

static void write_cache(const char *text, size_t n)
{
	FILE *f = fopen(cached_file(), "we");

	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* Cut at each byte, or each byte another: asked again, or what it was. */
static void garbage_in_the_cache_is_no_answer(void **state)
{
	char good[TEXT], bad[TEXT];
	size_t n;

	(void)state;
	assert_int_equal(probe(), 0);
	n = read_cache(good);
	for (size_t cut = 0; cut < n; cut += 7) {
		write_cache(good, cut);
		assert_int_equal(probe(), 0);
		assert_right();
	}
	assert_asked(1 + (int)((n + 6) / 7));
	memset(bad, 0xff, sizeof(bad));
	write_cache(bad, sizeof(bad));
	assert_int_equal(probe(), 0);
	assert_right();
}

static void wrong_values_in_the_cache_are_no_answer(void **state)
{
	static const struct {
		const char *right, *wrong;
	} swaps[] = {
		{ "\"format\": 1", "\"format\": 2" },
		{ "\"teardown\": 2", "\"teardown\": 3" },
		{ "\"teardown\": 2", "\"teardown\": -1" },
		{ "\"arch\": \"s390x\"",
		  "\"arch\": \"an architecture that is far too long\"" },
		{ "\"sandbox\": true", "\"sandbox\": 1" },
		{ "\"major\": 9", "\"major\": \"9\"" },
	};
	char good[TEXT], bad[2 * TEXT];

	(void)state;
	assert_int_equal(probe(), 0);
	read_cache(good);
	for (size_t i = 0; i < ARRAY_SIZE(swaps); i++) {
		const char *at = strstr(good, swaps[i].right);

		assert_non_null(at);
		snprintf(bad, sizeof(bad), "%.*s%s%s", (int)(at - good), good,
			 swaps[i].wrong, at + strlen(swaps[i].right));
		write_cache(bad, strlen(bad));
		assert_int_equal(probe(), 0);
		assert_right();
		assert_asked(2 + (int)i);
	}
}

static void cache_that_others_write_is_not_read(void **state)
{
	(void)state;
	assert_int_equal(probe(), 0);
	assert_int_equal(chmod(cache, 0777), 0);
	assert_int_equal(probe(), 0);
	assert_asked(2);
}

static void cache_that_cannot_be_is_done_without(void **state)
{
	static const char *const places[] = {
		"/proc/reprise",
		"/nowhere/at/all",
		"/dev/null",
		"relative",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		setenv("REPRISE_CACHE_DIR", places[i], 1);
		assert_int_equal(probe(), 0);
		assert_right();
		assert_asked(1 + (int)i);
	}
}

static void home_without_a_cache_gets_one(void **state)
{
	(void)state;
	scratch_path(&scratch, "home/reprise", cache);
	setenv("REPRISE_CACHE_DIR", cache, 1);
	assert_int_equal(probe(), 0);
	assert_int_equal(probe(), 0);
	assert_asked(1);
}

static void script_is_always_asked(void **state)
{
	char text[2 * SCRATCH_PATH];

	(void)state;
	snprintf(text, sizeof(text), "#!/bin/sh\nexec %s \"$@\"\n", qemu);
	scratch_write(&scratch, "script", text, strlen(text), 0700);
	scratch_path(&scratch, "script", text);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(
			probe_cached(text, "s390x", PATIENCE_MS, &caps, error),
			0);
		assert_asked(i);
	}
}

static void qemu_of_another_architecture_is_refused_all_the_same(void **state)
{
	(void)state;
	assert_int_equal(probe(), 0);
	assert_int_equal(
		probe_cached(qemu, "x86_64", PATIENCE_MS, &caps, error),
		-ENOTSUP);
	assert_non_null(strstr(error, "emulates s390x"));
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		FRESH(qemu_is_asked_once),
		FRESH(qemu_is_asked_anew_where_that_is_wanted),
		FRESH(changed_qemu_is_asked_anew),
		FRESH(garbage_in_the_cache_is_no_answer),
		FRESH(wrong_values_in_the_cache_are_no_answer),
		FRESH(cache_that_others_write_is_not_read),
		FRESH(cache_that_cannot_be_is_done_without),
		FRESH(home_without_a_cache_gets_one),
		FRESH(script_is_always_asked),
		FRESH(qemu_of_another_architecture_is_refused_all_the_same),
	};

	(void)argv;
	if (argc > 1)
		return be_qemu();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
