// SPDX-License-Identifier: Apache-2.0
/*
 * tests/common/test_conf.c - each value, and the sentence for each mistake
 */
#include "common/conf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

struct target {
	char name[8];
	uint64_t memory;
	uint32_t grace_ms, count;
	bool wet;
	int colour;
	unsigned int added;
};

static const char *add(void *into, const char *value)
{
	struct target *t = into;

	if (strcmp(value, "bad") == 0)
		return "write something better";
	t->added++;
	return NULL;
}

static const char *const colours[] = { "red", "green", NULL };

#define AT(field) offsetof(struct target, field)

static const struct conf_key keys[] = {
	{ "thing", "name", CONF_TEXT, .required = true, .at = AT(name),
	  .max = sizeof(((struct target *)0)->name) },
	{ "thing", "memory", CONF_BYTES, .at = AT(memory), .min = 1 << 20,
	  .max = 1ULL << 40 },
	{ "thing", "grace", CONF_MS, .at = AT(grace_ms), .max = 600000 },
	{ "other", "count", CONF_NUMBER, .at = AT(count), .min = 1, .max = 9 },
	{ "other", "wet", CONF_FLAG, .at = AT(wet) },
	{ "other", "colour", CONF_CHOICE, .at = AT(colour),
	  .choices = colours },
	{ "other", "add", CONF_CALL, .repeats = true, .add = add },
};

static int parse(const char *text, struct target *t, struct conf *c)
{
	int r;

	memset(t, 0, sizeof(*t));
	conf_init(c, keys, ARRAY_SIZE(keys), t, "x.conf");
	r = conf_text(c, text, strlen(text));
	return r ? r : conf_finish(c);
}

static void conf_of_every_key_stores_every_value(void **state)
{
	struct target t;
	struct conf c;

	(void)state;
	assert_int_equal(parse("# comment\n[thing]\n  name = a b \t\r\n"
			       "memory=512 MiB\ngrace = 2 min\n\n[other]\n"
			       "count = 9\nwet = yes\ncolour = green\n"
			       "add = 1\nadd = 2",
			       &t, &c),
			 0);
	assert_string_equal(t.name, "a b");
	assert_true(t.memory == 512ULL << 20);
	assert_int_equal(t.grace_ms, 120000);
	assert_int_equal(t.count, 9);
	assert_true(t.wet);
	assert_int_equal(t.colour, 1);
	assert_int_equal(t.added, 2);
	assert_int_equal(conf_line_of(&c, "other", "wet"), 9);
	assert_int_equal(conf_line_of(&c, "other", "add"), 12);
	assert_int_equal(conf_line_of(&c, "other", "nothing"), 0);
	assert_string_equal(c.error, "");
}

#define THING "[thing]\nname = a\n"

/* What is wrong, and what the one sentence must hold. */
static void conf_of_a_mistake_says_where_what_and_what_instead(void **state)
{
	static const struct {
		const char *text, *where, *instead;
	} wrong[] = {
		{ "name = a\n", "x.conf:1: ", "before any [section]" },
		{ "[thing\n", "x.conf:1: ", "write [section]" },
		{ "[thang]\n", "x.conf:1: ", "one of: thing, other" },
		{ "[]\n", "x.conf:1: ", "one of: thing, other" },
		{ THING "mem = 1\n", "x.conf:3: ", "name, memory, grace" },
		{ THING "wet = yes\n", "x.conf:3: ", "write it in [other]" },
		{ THING "memory\n", "x.conf:3: ", "write key = value" },
		{ THING "name = b\n", "x.conf:3: ", "given twice" },
		{ "[thing]\nname =\n", "x.conf:2: ", "1 to 7 characters" },
		{ "[thing]\nname = 12345678\n", "x.conf:2: ", "1 to 7" },
		{ THING "memory = 512\n", "x.conf:3: ", "as in 512 MiB" },
		{ THING "memory = 1 KiB\n", "x.conf:3: ", "1 to 1048576 MiB" },
		{ THING "memory = 99999999999999 TiB\n",
		  "x.conf:3: ", "a number and a unit" },
		{ THING "memory = -1 MiB\n", "x.conf:3: ", "a number" },
		{ THING "grace = 5\n", "x.conf:3: ", "as in 30 s" },
		{ THING "grace = 11 min\n", "x.conf:3: ", "0 to 600000 ms" },
		{ THING "[other]\ncount = 10\n", "x.conf:4: ", "1 to 9" },
		{ THING "[other]\ncount = 0x5\n", "x.conf:4: ", "1 to 9" },
		{ THING "[other]\nwet = true\n", "x.conf:4: ", "yes or no" },
		{ THING "[other]\ncolour = blue\n",
		  "x.conf:4: ", "one of: red, green" },
		{ THING "[other]\nadd = bad\n",
		  "x.conf:4: ", "write something better" },
		{ "[other]\nwet = no\n",
		  "x.conf:2: ", "without 'name' in [thing]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct target t;
		struct conf c;

		assert_int_equal(parse(wrong[i].text, &t, &c), -EINVAL);
		assert_memory_equal(c.error, wrong[i].where,
				    strlen(wrong[i].where));
		assert_non_null(strstr(c.error, wrong[i].instead));
	}
}

static void conf_after_an_error_keeps_the_first(void **state)
{
	struct target t;
	struct conf c;

	(void)state;
	assert_int_equal(parse("[bad]\n[worse]\n", &t, &c), -EINVAL);
	assert_int_equal(conf_line(&c, "[thing]", 7), -EINVAL);
	assert_int_equal(conf_finish(&c), -EINVAL);
	assert_non_null(strstr(c.error, "[bad]"));
}

static void conf_of_two_keys_at_odds_blames_the_one_named(void **state)
{
	struct target t;
	struct conf c;

	(void)state;
	assert_int_equal(
		parse(THING "grace = 5 s\n[other]\nwet = no\n", &t, &c), 0);
	assert_int_equal(conf_blame(&c, "thing", "grace", NULL), 0);
	assert_string_equal(c.error, "");
	assert_int_equal(conf_blame(&c, "thing", "grace", "it is dry"),
			 -EINVAL);
	assert_string_equal(c.error, "x.conf:3: it is dry");
}

static void conf_line_too_long_or_with_nul_is_refused(void **state)
{
	char line[CONF_LINE_MAX];
	struct target t = { .count = 0 };
	struct conf c;

	(void)state;
	memset(line, '#', sizeof(line));
	conf_init(&c, keys, ARRAY_SIZE(keys), &t, "x.conf");
	assert_int_equal(conf_line(&c, line, sizeof(line) - 1), 0);
	assert_int_equal(conf_line(&c, line, sizeof(line)), -EINVAL);
	assert_non_null(strstr(c.error, "512 bytes, 511 are allowed"));
	conf_init(&c, keys, ARRAY_SIZE(keys), &t, "x.conf");
	assert_int_equal(conf_line(&c, "#\0x", 3), -EINVAL);
	assert_non_null(strstr(c.error, "NUL"));
}

/* Sentences are cut, never written past their end: ASan watches. */
static void conf_of_long_words_stays_in_bounds(void **state)
{
	char text[CONF_LINE_MAX];
	struct target t = { .count = 0 };
	struct conf c;

	(void)state;
	for (size_t n = 1; n < sizeof(text); n++) {
		memset(text, 'k', n);
		text[0] = n % 2 ? '[' : 'k';
		text[n - 1] = n % 2 ? ']' : '=';
		conf_init(&c, keys, ARRAY_SIZE(keys), &t, "x.conf");
		conf_line(&c, "[thing]", 7);
		assert_int_equal(conf_line(&c, text, n), -EINVAL);
		assert_true(strlen(c.error) < CONF_ERROR_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conf_of_every_key_stores_every_value),
		cmocka_unit_test(
			conf_of_a_mistake_says_where_what_and_what_instead),
		cmocka_unit_test(conf_after_an_error_keeps_the_first),
		cmocka_unit_test(conf_of_two_keys_at_odds_blames_the_one_named),
		cmocka_unit_test(conf_line_too_long_or_with_nul_is_refused),
		cmocka_unit_test(conf_of_long_words_stays_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
