// SPDX-License-Identifier: Apache-2.0
#include "host/config/manifest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEAD                                                                   \
	"[image]\nformat = 1\nname = web\nversion = 1.0\n"                     \
	"architecture = s390x\n"
#define FILES                                                                  \
	"[files]\nkernel = " HASH " 10 20\ninitrd = " HASH " 30 40\n"          \
	"cmdline = " HASH " 5\n"
#define DEFAULTS "[defaults]\nmemory = 256 MiB\n"

static struct manifest m;
static char error[SENTENCE_MAX];

static int parse(const char *text)
{
	error[0] = '\0';
	return manifest_parse(text, strlen(text), "web/manifest", &m, error);
}

static void parse_whole_manifest_has_every_value(void **state)
{
	(void)state;
	assert_int_equal(parse(HEAD FILES DEFAULTS
			       "forward = 80\nforward = 443\n"
			       "[inputs]\ninput = gcc 12.2 -\n"
			       "input = zlib 1.2.13 " HASH "\n"),
			 0);
	assert_string_equal(m.name, "web");
	assert_string_equal(m.version, "1.0");
	assert_string_equal(m.arch, "s390x");
	assert_int_equal(m.kernel.stored, 10);
	assert_int_equal(m.kernel.inflated, 20);
	assert_int_equal(m.kernel.hash[0], 0x00);
	assert_int_equal(m.kernel.hash[31], 0xff);
	assert_int_equal(m.initrd.stored, 30);
	assert_int_equal(m.initrd.inflated, 40);
	assert_int_equal(m.cmdline.stored, 5);
	assert_int_equal(m.memory, 256 << 20);
	assert_int_equal(m.forwards, 2);
	assert_int_equal(m.forward[1], 443);
}

static void parse_bad_manifest_is_refused(void **state)
{
	static const struct {
		const char *text, *found;
	} bad[] = {
		{ "[image]\nformat = 2\n", "format" },
		{ "[image]\nkind = se\n", "kind" },
		{ "[image]\nname = a b\n", "name" },
		{ "[image]\nname = .web\n", "no . first" },
		{ "[image]\nversion = v\xe9\n", "version" },
		{ "[image]\nversion = 1\033[2J\n", "version" },
		{ "[image]\narchitecture = s\xc3\xa9\n", "architecture" },
		{ "[files]\nkernel = " HASH " 10\n", "kernel" },
		{ "[files]\nkernel = " HASH " 10 0\n", "kernel" },
		{ "[files]\nkernel = " HASH " 10 20 30\n", "kernel" },
		{ "[files]\nkernel = " HASH "  10 20\n", "kernel" },
		{ "[files]\nkernel = " HASH "00 10 20\n", "kernel" },
		{ "[files]\nkernel = 00 10 20\n", "kernel" },
		{ "[files]\ninitrd = " HASH " 10 1073741825\n", "initrd" },
		{ "[files]\ninitrd = " HASH " -1 1\n", "initrd" },
		{ "[files]\ncmdline = " HASH " 1024\n", "cmdline" },
		{ "[files]\ncmdline = " HASH " 5 5\n", "cmdline" },
		{ "[files]\ncmdline = 0G" HASH " 5\n", "cmdline" },
		{ "[defaults]\nforward = 0\n", "forward" },
		{ "[defaults]\nmemory = 256\n", "memory" },
		{ HEAD FILES, "memory" },
		{ HEAD DEFAULTS, "kernel" },
		{ FILES DEFAULTS, "format" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(parse(bad[i].text), -EINVAL);
		assert_non_null(strstr(error, "web/manifest:"));
		assert_non_null(strstr(error, bad[i].found));
	}
}

static void parse_ninth_forward_is_refused(void **state)
{
	char text[256] = "[defaults]\n";

	(void)state;
	for (int i = 0; i < 9; i++)
		strcat(text, "forward = 80\n");
	assert_int_equal(parse(text), -EINVAL);
	assert_non_null(strstr(error, ":10:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_whole_manifest_has_every_value),
		cmocka_unit_test(parse_bad_manifest_is_refused),
		cmocka_unit_test(parse_ninth_forward_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
