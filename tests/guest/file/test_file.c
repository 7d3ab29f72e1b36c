// SPDX-License-Identifier: Apache-2.0
#include "guest/file/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/guest/tree.h"

static const char *under(const char *root, const char *path)
{
	static char full[256];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return full;
}

static void file_read_ends_with_nul_and_is_cut(void **state)
{
	char buf[5];

	tree_file(*state, "/f", "abcdefgh");
	assert_int_equal(file_read(under(*state, "/f"), buf, sizeof(buf)), 4);
	assert_string_equal(buf, "abcd");
	assert_int_equal(file_read(under(*state, "/g"), buf, sizeof(buf)),
			 -ENOENT);
	assert_string_equal(buf, "");
	assert_int_equal(file_read(*state, buf, sizeof(buf)), -EISDIR);
}

static void file_replace_leaves_the_new_text_alone(void **state)
{
	char buf[32];

	tree_file(*state, "/f", "old, and longer");
	assert_int_equal(file_replace(under(*state, "/f"), "new", 3), 0);
	assert_int_equal(file_read(under(*state, "/f"), buf, sizeof(buf)), 3);
	assert_string_equal(buf, "new");
	assert_int_equal(access(under(*state, "/f~"), F_OK), -1);
	assert_int_equal(file_replace(under(*state, "/no/f"), "x", 1), -ENOENT);
}

struct lines {
	unsigned int count;
	size_t longest;
	unsigned int stop_at;
};

static int count_line(void *ctx, char *line)
{
	struct lines *l = ctx;

	if (strlen(line) > l->longest)
		l->longest = strlen(line);
	return ++l->count == l->stop_at ? 99 : 0;
}

static void file_lines_gives_each_line_and_long_ones_in_pieces(void **state)
{
	char text[3000];
	struct lines l = { .count = 0 };

	tree_file(*state, "/f", "one\n\nthree\nlast");
	assert_int_equal(file_lines(under(*state, "/f"), count_line, &l), 0);
	assert_int_equal(l.count, 4);
	assert_int_equal(l.longest, 5);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	tree_file(*state, "/g", text);
	l = (struct lines){ .count = 0 };
	assert_int_equal(file_lines(under(*state, "/g"), count_line, &l), 0);
	assert_int_equal(l.count, 3);
	assert_int_equal(l.longest, 1023);
}

static void file_lines_stops_when_told(void **state)
{
	struct lines l = { .stop_at = 2 };

	tree_file(*state, "/f", "1\n2\n3\n");
	assert_int_equal(file_lines(under(*state, "/f"), count_line, &l), 99);
	assert_int_equal(l.count, 2);
	assert_int_equal(file_lines("/nowhere", count_line, &l), -ENOENT);
}

static int count_entry(void *ctx, const char *name)
{
	unsigned int *n = ctx;

	assert_string_not_equal(name, ".");
	assert_string_not_equal(name, "..");
	++*n;
	return 0;
}

static void dir_each_of_many_entries_visits_all(void **state)
{
	char name[32];
	unsigned int n = 0;

	for (int i = 0; i < 300; i++) { /* more than one getdents64() gives */
		snprintf(name, sizeof(name), "/d/some-long-name-%d", i);
		tree_file(*state, name, "");
	}
	assert_int_equal(dir_each(under(*state, "/d"), count_entry, &n), 0);
	assert_int_equal(n, 300);
	assert_int_equal(dir_each("/nowhere", count_entry, &n), -ENOENT);
}

#define TREE(test)                                                             \
	cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE(file_read_ends_with_nul_and_is_cut),
		TREE(file_replace_leaves_the_new_text_alone),
		TREE(file_lines_gives_each_line_and_long_ones_in_pieces),
		TREE(file_lines_stops_when_told),
		TREE(dir_each_of_many_entries_visits_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
