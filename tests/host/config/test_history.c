// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/config/test_history.c - what was written is read, whatever befell
 */
#include "host/config/history.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

static struct scratch scratch;
static char error[SENTENCE_MAX];

static int set_up(void **state)
{
	char root[SCRATCH_PATH];

	(void)state;
	scratch_make(&scratch);
	scratch_path(&scratch, "state/reprise", root); /* made on demand */
	setenv("REPRISE_STATE_DIR", root, 1);
	error[0] = '\0';
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

/* In the place of libc's: a disk that fails midway. */
static bool broken;

int ferror(FILE *f)
{
	(void)f;
	return broken;
}

static int append(int n, size_t padding)
{
	char text[HISTORY_LINE + 64];
	json_t *entry;
	int r;

	memset(text, 'x', padding);
	text[padding] = '\0';
	entry = json_pack("{s:i, s:s}", "n", n, "padding", text);
	r = history_append("web", entry, error);
	json_decref(entry);
	return r;
}

/* The numbers of those that are read, "1 2 3 ". */
struct seen {
	char text[4096];
	unsigned int count;
	json_int_t first, last;
};

static void note(void *ctx, const json_t *entry)
{
	struct seen *s = ctx;
	json_int_t n = json_integer_value(json_object_get(entry, "n"));
	size_t len = strlen(s->text);

	snprintf(s->text + len, sizeof(s->text) - len, "%d ", (int)n);
	if (!s->count++)
		s->first = n;
	s->last = n;
}

static struct seen read_all(unsigned int damaged)
{
	struct seen s = { .count = 0 };
	unsigned int found = 77;

	assert_int_equal(history_each("web", note, &s, &found, error), 0);
	assert_int_equal(found, damaged);
	return s;
}

static void write_file(const char *bytes, size_t len)
{
	scratch_write(&scratch, "state/reprise/web/history", bytes, len, 0600);
}

static void read_of_nothing_is_nothing(void **state)
{
	(void)state;
	assert_int_equal(read_all(0).count, 0);
}

static void append_is_read_back_in_order(void **state)
{
	struct stat st;
	char path[SCRATCH_PATH];

	(void)state;
	for (int i = 1; i <= 3; i++)
		assert_int_equal(append(i, 10), 0);
	assert_string_equal(read_all(0).text, "1 2 3 ");
	scratch_path(&scratch, "state/reprise/web/history", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void append_without_end_keeps_to_its_bounds(void **state)
{
	const char *const names[] = { "state/reprise/web/history",
				      "state/reprise/web/history.1" };
	struct seen s;

	(void)state;
	for (int i = 1; i <= 1000; i++)
		assert_int_equal(append(i, 1000), 0);
	for (int i = 0; i < 2; i++) {
		char path[SCRATCH_PATH];
		struct stat st;

		scratch_path(&scratch, names[i], path);
		assert_int_equal(stat(path, &st), 0);
		assert_in_range(st.st_size, 1, HISTORY_BYTES);
	}
	s = read_all(0);
	assert_int_equal(s.last, 1000);
	assert_int_equal(s.last - s.first, s.count - 1); /* none is missing */
	assert_in_range(s.count, HISTORY_BYTES / 1100,
			2 * HISTORY_BYTES / 1000);
}

static void append_after_a_cut_line_costs_that_line_only(void **state)
{
	static const char cut[] = "{\"n\":1}\n{\"n\":2,\"padd";

	(void)state;
	append(0, 0);
	write_file(cut, sizeof(cut) - 1);
	assert_string_equal(read_all(1).text, "1 ");
	assert_int_equal(append(3, 0), 0);
	assert_string_equal(read_all(1).text, "1 3 ");
}

static void line_whose_newline_alone_is_cut_is_whole(void **state)
{
	static const char cut[] = "{\"n\":1}\n{\"n\":2}";

	(void)state;
	append(0, 0);
	write_file(cut, sizeof(cut) - 1);
	assert_string_equal(read_all(0).text, "1 2 ");
	assert_int_equal(append(3, 0), 0);
	assert_string_equal(read_all(0).text, "1 2 3 ");
}

static void garbage_is_left_out_and_counted(void **state)
{
	static const char odd[] = "garbage\n{\"n\":1}\n[1]\n\0\0\0\n7\n\n"
				  "{\"n\":2,\"n\":3}\n\xff\xfe\n{\"n\":4}\n";
	char *big = malloc(3 * HISTORY_BYTES);

	(void)state;
	append(0, 0);
	write_file(odd, sizeof(odd) - 1);
	assert_string_equal(read_all(6).text, "1 4 ");
	memset(big, '{', 3 * HISTORY_BYTES);
	memcpy(big + 3 * HISTORY_BYTES - 9, "\n{\"n\":5}\n", 9);
	write_file(big, 3 * HISTORY_BYTES);
	assert_string_equal(read_all(1).text, "5 ");
	assert_int_equal(append(6, 0), 0); /* a new file */
	assert_string_equal(read_all(1).text, "5 6 ");
	free(big);
}

static void entry_too_long_is_refused(void **state)
{
	(void)state;
	assert_int_equal(append(1, HISTORY_LINE), -EMSGSIZE);
	assert_int_equal(append(2, HISTORY_LINE - 40), 0);
	assert_string_equal(read_all(0).text, "2 ");
}

static void entry_for_which_there_was_no_memory_is_enomem(void **state)
{
	(void)state;
	assert_int_equal(history_append("web", NULL, error), -ENOMEM);
	assert_non_null(strstr(error, "not recorded"));
	assert_string_equal(read_all(0).text, "");
}

/* A file size limit cuts a write() as a full disk does. */
static void append_that_does_not_fit_leaves_the_file_as_it_was(void **state)
{
	struct rlimit full = { .rlim_max = RLIM_INFINITY }, before;
	struct stat st;
	char path[SCRATCH_PATH];

	(void)state;
	assert_int_equal(append(1, 10), 0);
	scratch_path(&scratch, "state/reprise/web/history", path);
	stat(path, &st);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	full.rlim_cur = (rlim_t)st.st_size + 10;
	full.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_int_equal(append(2, 10), -ENOSPC);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(error, "are not recorded"));
	assert_string_equal(read_all(0).text, "1 ");
	assert_int_equal(append(3, 10), 0);
	assert_string_equal(read_all(0).text, "1 3 ");
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
	char path[SCRATCH_PATH];
	unsigned int damaged;

	(void)state;
	append(1, 0);
	scratch_path(&scratch, "state/reprise/web/history", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(append(2, 0) < 0);
	assert_true(history_each("web", note, NULL, &damaged, error) < 0);
	assert_non_null(strstr(error, "/web/history"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(append(3, 0), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(append(4, 0), 0);
}

static void directory_that_vanished_is_made_again(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	append(1, 0);
	scratch_path(&scratch, "state/reprise/web/history", path);
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(append(2, 0), 0);
	assert_string_equal(read_all(0).text, "2 ");
}

static void place_that_cannot_be_is_said(void **state)
{
	unsigned int damaged;

	(void)state;
	scratch_write(&scratch, "state", "", 0, 0600); /* no directory */
	assert_int_equal(append(1, 0), -ENOTDIR);
	assert_non_null(strstr(error, "/state/reprise/web/history: "));
	assert_int_equal(history_each("web", note, NULL, &damaged, error),
			 -ENOTDIR);
	setenv("REPRISE_STATE_DIR", "relative", 1);
	assert_int_equal(append(1, 0), -EINVAL);
	assert_non_null(strstr(error, "REPRISE_STATE_DIR"));
	assert_int_equal(history_each("../x", note, NULL, &damaged, error),
			 -EINVAL);
}

static void read_that_fails_midway_is_eio(void **state)
{
	struct seen s = { .count = 0 };
	unsigned int damaged;

	(void)state;
	assert_int_equal(append(1, 10), 0);
	broken = true;
	assert_int_equal(history_each("web", note, &s, &damaged, error), -EIO);
	broken = false;
	assert_non_null(strstr(error, "/history: "));
}

static void add_name(void *ctx, const char *name)
{
	strcat(strcat(ctx, name), " ");
}

static void put(const char *dir, const char *file)
{
	char path[SCRATCH_PATH];

	scratch_path(&scratch, dir, path);
	assert_int_equal(mkdir(path, 0700), 0);
	scratch_write(&scratch, file, "", 0, 0600);
}

static void names_are_of_those_with_a_history(void **state)
{
	char names[64] = "";

	(void)state;
	assert_int_equal(history_names(add_name, names, error), 0);
	assert_string_equal(names, "");
	assert_int_equal(append(1, 10), 0);
	put("state/reprise/db", "state/reprise/db/history");
	put("state/reprise/none", "state/reprise/none/other");
	put("state/reprise/No Name", "state/reprise/No Name/history");
	assert_int_equal(history_names(add_name, names, error), 0);
	assert_string_equal(names, "db web ");
}

#define WITH_SCRATCH(test)                                                     \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRATCH(read_of_nothing_is_nothing),
		WITH_SCRATCH(append_is_read_back_in_order),
		WITH_SCRATCH(append_without_end_keeps_to_its_bounds),
		WITH_SCRATCH(append_after_a_cut_line_costs_that_line_only),
		WITH_SCRATCH(line_whose_newline_alone_is_cut_is_whole),
		WITH_SCRATCH(garbage_is_left_out_and_counted),
		WITH_SCRATCH(entry_too_long_is_refused),
		WITH_SCRATCH(entry_for_which_there_was_no_memory_is_enomem),
		WITH_SCRATCH(
			append_that_does_not_fit_leaves_the_file_as_it_was),
		WITH_SCRATCH(what_is_no_file_is_refused_without_waiting),
		WITH_SCRATCH(directory_that_vanished_is_made_again),
		WITH_SCRATCH(read_that_fails_midway_is_eio),
		WITH_SCRATCH(names_are_of_those_with_a_history),
		WITH_SCRATCH(place_that_cannot_be_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
