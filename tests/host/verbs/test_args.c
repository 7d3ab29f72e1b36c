// SPDX-License-Identifier: Apache-2.0
#include "host/verbs/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/verbs/verbs.h"

static const struct verb verb = { "run", "FILE [--fast] [--fd N]", "", NULL };
static bool fast;
static const char *fd, *operand;
static const struct flag flags[] = {
	{ .name = "--fast", .set = &fast },
	{ .name = "--fd", .value = &fd },
};

/* @words: one blank between each */
static bool parse(const char *words)
{
	static char copy[128];
	char *argv[16], *rest = copy;
	int argc = 0;

	fast = false;
	fd = operand = NULL;
	memcpy(copy, words, strlen(words) + 1);
	while (rest && *rest)
		argv[argc++] = strsep(&rest, " ");
	argv[argc] = NULL;
	return args_parse(&verb, argc, argv, flags, ARRAY_SIZE(flags),
			  &operand);
}

static void flags_and_operand_in_any_order(void **state)
{
	static const char *const good[] = {
		"web --fast --fd 3",
		"--fd 3 --fast web",
		"--fd=3 web --fast",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(parse(good[i]));
		assert_true(fast);
		assert_string_equal(fd, "3");
		assert_string_equal(operand, "web");
	}
	assert_true(parse("web"));
	assert_false(fast);
	assert_null(fd);
}

static void wrong_words_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"--fast",
		"web db",
		"web --slow",
		"web --fd",
		"web --fas",
		"web --fast=1",
		"web -f",
		"web --faster",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(parse(bad[i]));
}

static void operand_where_none_belongs_is_refused(void **state)
{
	char word[] = "web", *argv[] = { word, NULL };

	(void)state;
	assert_true(args_parse(&verb, 0, argv, NULL, 0, NULL));
	assert_false(args_parse(&verb, 1, argv, NULL, 0, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_and_operand_in_any_order),
		cmocka_unit_test(wrong_words_are_refused),
		cmocka_unit_test(operand_where_none_belongs_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
