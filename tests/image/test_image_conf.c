// SPDX-License-Identifier: Apache-2.0
/*
 * tests/image/test_image_conf.c - image.conf, and the manifest that the host
 * must be able to read back
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "host/config/manifest.h"
#include "host/sentence.h"
#include "image/pack/image_conf.h"
#include "image/pack/manifest.h"

#define HEAD                                                                   \
	"[image]\nname = web\nversion = 1.0\n"                                 \
	"[kernel]\ncmdline-x86_64 = a\ncmdline-s390x = b=c\n"                  \
	"[defaults]\nmemory = 256 MiB\n"

static char error[SENTENCE_MAX];

static int parse(const char *text, struct image_conf *c)
{
	return image_conf_parse(text, strlen(text), "image.conf", c, error);
}

static void image_conf_with_entries_keeps_mode_owner_and_line(void **state)
{
	struct image_conf c;

	(void)state;
	assert_int_equal(parse(HEAD "forward = 80\nforward = 443\n[root]\n"
				    "dir = 0755 /www\n"
				    "file = 4711:7:8 /a b\n"
				    "link = /bin/sh busybox\n"
				    "[root-s390x]\nlink = /l m\n",
			       &c),
			 0);
	assert_int_equal(c.memory, 256 << 20);
	assert_int_equal(c.forwards, 2);
	assert_int_equal(c.forward[1], 443);
	assert_int_equal(c.count, 4);
	assert_string_equal(c.root[2].arch, "");
	assert_string_equal(c.root[3].arch, "s390x");
	assert_int_equal(c.root[0].mode, S_IFDIR | 0755);
	assert_int_equal(c.root[1].mode, S_IFREG | 04711);
	assert_int_equal(c.root[1].uid, 7);
	assert_int_equal(c.root[1].gid, 8);
	assert_int_equal(c.root[1].line, 13);
	assert_string_equal(c.root[1].source, "b");
	assert_int_equal(c.root[2].mode, S_IFLNK | 0777);
	assert_string_equal(c.root[2].source, "busybox");
	assert_string_equal(image_conf_cmdline(&c, "s390x"), "b=c");
	assert_null(image_conf_cmdline(&c, "aarch64"));
	image_conf_free(&c);
}

static void image_conf_with_bad_entry_says_what_to_write(void **state)
{
	static const char *const bad[] = {
		"dir = /www",	      "dir = 0755",	   "dir = 0755 /a b",
		"dir = 10000 /a",     "dir = 0799 /a",	   "dir = 0755:1 /a",
		"dir = 0755:1:2: /a", "file = 0644 /a",	   "file = 0644 /a b c",
		"link = /a",	      "link = /a b c",	   "file = -1 /a b",
		"dir = 0755:x:1 /a",  "file = 0x1ff /a b",
	};
	struct image_conf c;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), HEAD "[root]\n%s\n", bad[i]);
		assert_int_equal(parse(text, &c), -EINVAL);
		assert_non_null(strstr(error, "image.conf:10: "));
		assert_non_null(strstr(error, ": write "));
		image_conf_free(&c);
	}
}

static void image_conf_with_name_of_two_words_is_refused(void **state)
{
	struct image_conf c;

	(void)state;
	assert_int_equal(parse("[image]\nname = a b\nversion = 1\n"
			       "[kernel]\ncmdline-x86_64 = a\n"
			       "cmdline-s390x = b\n"
			       "[defaults]\nmemory = 64 MiB\n",
			       &c),
			 -EINVAL);
	assert_non_null(strstr(error, "'a b'"));
	image_conf_free(&c);
}

static void source_with_package_is_split(void **state)
{
	char name[SOURCE_MAX];

	(void)state;
	assert_string_equal(source_package("busybox-static:/bin/busybox", name),
			    "/bin/busybox");
	assert_string_equal(name, "busybox-static");
	assert_null(source_package("www/page.html", name));
	assert_null(source_package(":/bin/busybox", name));
}

static int write_manifest(const char *inputs, struct bytes *out)
{
	struct bytes data = { 0 }, lines = { 0 };
	const struct manifest_parts p = {
		.arch = "s390x",
		.kernel = &data,
		.kernel_inflated = 9,
		.initrd = &data,
		.initrd_inflated = 8,
		.cmdline = &data,
		.inputs = &lines,
	};
	struct image_conf c;
	int r;

	assert_int_equal(parse(HEAD "forward = 80\n", &c), 0);
	bytes_append(&data, "abc", 3);
	bytes_append(&lines, inputs, strlen(inputs));
	r = manifest_write(&c, &p, out, error);
	bytes_free(&data);
	bytes_free(&lines);
	image_conf_free(&c);
	return r;
}

static void manifest_as_written_is_read_by_the_host(void **state)
{
	static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf };
	struct bytes out = { 0 };
	struct manifest m;

	(void)state;
	assert_int_equal(write_manifest("zlib 1.2 -\nmusl 1 ff\n", &out), 0);
	assert_int_equal(manifest_parse((char *)out.data, out.size, "manifest",
					&m, error),
			 0);
	assert_string_equal(m.name, "web");
	assert_string_equal(m.version, "1.0");
	assert_string_equal(m.arch, "s390x");
	assert_int_equal(m.kernel.stored, 3);
	assert_int_equal(m.kernel.inflated, 9);
	assert_int_equal(m.initrd.inflated, 8);
	assert_memory_equal(m.cmdline.hash, abc, sizeof(abc));
	assert_int_equal(m.memory, 256 << 20);
	assert_int_equal(m.forward[0], 80);
	bytes_free(&out);
}

static void manifest_with_input_of_two_words_is_refused(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	assert_int_equal(write_manifest("zlib 1.2 -\nmusl 1\n", &out), -EINVAL);
	assert_non_null(strstr(error, "'musl 1'"));
	bytes_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			image_conf_with_entries_keeps_mode_owner_and_line),
		cmocka_unit_test(image_conf_with_bad_entry_says_what_to_write),
		cmocka_unit_test(image_conf_with_name_of_two_words_is_refused),
		cmocka_unit_test(source_with_package_is_split),
		cmocka_unit_test(manifest_as_written_is_read_by_the_host),
		cmocka_unit_test(manifest_with_input_of_two_words_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
