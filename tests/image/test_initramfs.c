// SPDX-License-Identifier: Apache-2.0
/*
 * tests/image/test_initramfs.c - the tree and the archive made of it
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "host/sentence.h"
#include "image/initramfs/newc.h"
#include "image/pack/gzip.h"

static char error[SENTENCE_MAX];

static int add(struct tree *t, const char *path, uint32_t mode,
	       const char *content)
{
	struct node n = { .mode = mode, .file = "image.conf", .line = 7 };

	snprintf(n.path, sizeof(n.path), "%s", path);
	bytes_append(&n.content, content, strlen(content));
	return tree_add(t, &n, error);
}

static void tree_with_path_twice_names_both_lines(void **state)
{
	struct tree t = { 0 };

	(void)state;
	assert_int_equal(add(&t, "/a", S_IFREG | 0644, "1"), 0);
	assert_int_equal(add(&t, "/a", S_IFREG | 0644, "2"), 0);
	assert_int_equal(tree_finish(&t, error), -EINVAL);
	assert_non_null(strstr(error, "/a is there already (image.conf:7)"));
	tree_free(&t);
}

static void tree_without_directory_says_which_line_is_missing(void **state)
{
	struct tree t = { 0 };

	(void)state;
	assert_int_equal(add(&t, "/www/page", S_IFREG | 0644, ""), 0);
	assert_int_equal(tree_finish(&t, error), -EINVAL);
	assert_non_null(strstr(error, "'dir = 0755 /www'"));
	tree_free(&t);
}

static void tree_with_file_as_directory_is_refused(void **state)
{
	struct tree t = { 0 };

	(void)state;
	assert_int_equal(add(&t, "/www", S_IFREG | 0644, ""), 0);
	assert_int_equal(add(&t, "/www/page", S_IFREG | 0644, ""), 0);
	assert_int_equal(tree_finish(&t, error), -EINVAL);
	assert_non_null(strstr(error, "not a directory"));
	tree_free(&t);
}

static void tree_with_path_that_climbs_is_refused(void **state)
{
	static const char *const paths[] = {
		"", "a", "/", "/a/", "//a", "/a/../b", "/./a", "/..", "/a/.",
	};
	struct tree t = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(add(&t, paths[i], S_IFREG, "x"), -EINVAL);
	assert_int_equal(add(&t, "/.hidden", S_IFREG, "x"), 0);
	assert_int_equal(add(&t, "/...", S_IFREG, "x"), 0);
	tree_free(&t);
}

/* clang-format off */
/* Laid out by hand from the kernel's buffer-format.rst. */
#define ZERO "00000000"
#define TIME "6955b900"
static const char golden[] =
	"070701" "00000001" "000041ed" ZERO ZERO "00000002" TIME ZERO
	ZERO ZERO ZERO ZERO "00000002" ZERO "d\0"
	"070701" "00000002" "000081a4" ZERO ZERO "00000001" TIME "00000005"
	ZERO ZERO ZERO ZERO "00000004" ZERO "d/f\0" "\0\0"
	"hello" "\0\0\0"
	"070701" ZERO ZERO ZERO ZERO "00000001" ZERO ZERO
	ZERO ZERO ZERO ZERO "0000000b" ZERO "TRAILER!!!\0" "\0\0\0";
/* clang-format on */

static void newc_of_two_nodes_is_golden(void **state)
{
	struct bytes out = { 0 };
	struct tree t = { 0 };

	(void)state;
	assert_int_equal(add(&t, "/d/f", S_IFREG | 0644, "hello"), 0);
	assert_int_equal(add(&t, "/d", S_IFDIR | 0755, ""), 0);
	assert_int_equal(tree_finish(&t, error), 0);
	newc_write(&t, &out);
	assert_false(out.bad);
	assert_int_equal(out.size, sizeof(golden) - 1);
	assert_memory_equal(out.data, golden, sizeof(golden) - 1);
	bytes_free(&out);
	tree_free(&t);
}

static void newc_does_not_depend_on_order_of_adding(void **state)
{
	struct bytes out[2] = { { 0 }, { 0 } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct tree t = { 0 };

		assert_int_equal(add(&t, i ? "/a" : "/b", S_IFREG, "x"), 0);
		assert_int_equal(add(&t, i ? "/b" : "/a", S_IFREG, "x"), 0);
		assert_int_equal(tree_finish(&t, error), 0);
		newc_write(&t, &out[i]);
		tree_free(&t);
	}
	assert_int_equal(out[0].size, out[1].size);
	assert_memory_equal(out[0].data, out[1].data, out[0].size);
	bytes_free(&out[0]);
	bytes_free(&out[1]);
}

static void gzip_has_neither_name_nor_time_and_inflates(void **state)
{
	static const uint8_t head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3 };
	struct bytes in = { 0 }, out = { 0 };
	uint8_t back[200001];
	z_stream z = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++)
		bytes_append(&in, "0123456789", 10);
	gzip_pack(&in, &out);
	assert_false(out.bad);
	assert_memory_equal(out.data, head, sizeof(head));
	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	z.next_in = out.data;
	z.avail_in = (uInt)out.size;
	z.next_out = back;
	z.avail_out = sizeof(back);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, in.size);
	assert_int_equal(z.avail_in, 0);
	assert_memory_equal(back, in.data, in.size);
	inflateEnd(&z);
	bytes_free(&in);
	bytes_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_with_path_twice_names_both_lines),
		cmocka_unit_test(
			tree_without_directory_says_which_line_is_missing),
		cmocka_unit_test(tree_with_file_as_directory_is_refused),
		cmocka_unit_test(tree_with_path_that_climbs_is_refused),
		cmocka_unit_test(newc_of_two_nodes_is_golden),
		cmocka_unit_test(newc_does_not_depend_on_order_of_adding),
		cmocka_unit_test(gzip_has_neither_name_nor_time_and_inflates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
