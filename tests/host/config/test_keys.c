// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/config/test_keys.c - every key with every wrong kind of value
 *
 * The keys come from the table that ships: one that is not in key_rows[] fails the
 * test. Beside what key_rows[] has, each key is tried with an empty value, in every
 * other section, twice, and with a line that is too long.
 */
#include "host/config/keys.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/config/appliance.h"
#include "tests/host/config/key_rows.h"

enum { TEXT_SIZE = 2048 };

static struct appliance a;
static struct conf c;

static int read_text(const char *text)
{
	keys_defaults(&a);
	keys_begin(&c, &a, "x.conf");
	return conf_text(&c, text, strlen(text));
}

static const struct key_row *row_of(const struct conf_key *k)
{
	for (size_t i = 0; i < key_row_count; i++)
		if (strcmp(key_rows[i].section, k->section) == 0 &&
		    strcmp(key_rows[i].key, k->key) == 0)
			return &key_rows[i];
	fail_msg("[%s] %s is not in this test", k->section, k->key);
	return NULL;
}

/* One sentence with file, line, and what was found. */
static void assert_refused(const char *text, const char *where,
			   const char *found, const char *instead)
{
	if (read_text(text) != -EINVAL)
		fail_msg("taken: %s", text);
	if (strncmp(c.error, where, strlen(where)) != 0 ||
	    !strstr(c.error, found) || !strstr(c.error, instead) ||
	    strchr(c.error, '\n') || strlen(c.error) + 1 >= sizeof(c.error))
		fail_msg("'%s' lacks '%s', '%s' or '%s'", c.error, where, found,
			 instead);
}

static void each(void (*test)(const struct key_row *r,
			      const struct conf_key *k))
{
	struct conf all;

	keys_begin(&all, &a, "x.conf");
	for (size_t i = 0; i < all.count; i++)
		test(row_of(&all.keys[i]), &all.keys[i]);
}

static void try_good(const struct key_row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];

	(void)k;
	snprintf(text, sizeof(text), "[%s]\n%s = %s\n", r->section, r->key,
		 r->good);
	if (read_text(text) < 0)
		fail_msg("%s", c.error);
}

static void good_value_of_every_key_is_taken(void **state)
{
	(void)state;
	each(try_good);
}

static void memory_is_asked_for_as_the_file_says(void **state)
{
	(void)state;
	assert_int_equal(read_text(""), 0);
	assert_int_equal(a.admission.reserve, 0);
	assert_int_equal(a.admission.donation, 0);
	assert_int_equal(a.admission.priority, 0);
	assert_int_equal(a.admission.timeout_ms, 600000);
	assert_int_equal(a.admission.late, LATE_GIVE_UP);
	assert_int_equal(read_text("[memory]\nreserve = 2 GiB\n"
				   "donation = 300 MiB\n"
				   "priority = -7\nadmission-timeout = 0 s\n"
				   "admission-late = start-anyway\n"),
			 0);
	assert_int_equal(a.admission.reserve, 2ULL << 30);
	assert_int_equal(a.admission.donation, 300 << 20);
	assert_int_equal(a.admission.priority, -7);
	assert_int_equal(a.admission.timeout_ms, 0);
	assert_int_equal(a.admission.late, LATE_START_ANYWAY);
	assert_int_equal(read_text("[memory]\npriority = 100\n"), 0);
	assert_int_equal(a.admission.priority, 100);
}

static void try_wrong(const struct key_row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];

	(void)k;
	for (int i = 0; i < KEY_WRONG_MAX && r->wrong[i]; i++) {
		snprintf(text, sizeof(text), "[%s]\n\n%s = %s\n", r->section,
			 r->key, r->wrong[i]);
		assert_refused(text, "x.conf:3: ", r->wrong[i], r->instead);
	}
}

static void wrong_value_of_every_key_is_refused(void **state)
{
	(void)state;
	each(try_wrong);
}

static void try_empty(const struct key_row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];

	(void)k;
	snprintf(text, sizeof(text), "[%s]\n%s =\n", r->section, r->key);
	assert_refused(text, "x.conf:2: ", "''", r->instead);
	snprintf(text, sizeof(text), "[%s]\n%s\n", r->section, r->key);
	assert_refused(text, "x.conf:2: ", r->key, "write key = value");
}

static void empty_value_of_every_key_is_refused(void **state)
{
	(void)state;
	each(try_empty);
}

static void try_twice(const struct key_row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];

	if (k->repeats)
		return;
	snprintf(text, sizeof(text), "[%s]\n%s = %s\n%s = %s\n", r->section,
		 r->key, r->good, r->key, r->good);
	assert_refused(text, "x.conf:3: ", r->key, "keep one");
}

static void key_given_twice_is_refused(void **state)
{
	(void)state;
	each(try_twice);
}

static void try_too_often(const struct key_row *r, const struct conf_key *k)
{
	char text[16 * TEXT_SIZE];
	int n = snprintf(text, sizeof(text), "[%s]\n", r->section);

	if (!k->repeats)
		return;
	for (int i = 0; i < 300; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s = %s\n",
			      r->key, r->good);
	assert_refused(text, "x.conf:", r->good, r->key);
}

static void key_given_without_end_is_refused(void **state)
{
	(void)state;
	each(try_too_often);
}

static void try_elsewhere(const struct key_row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];

	(void)k;
	for (size_t i = 0; i < key_row_count; i++) {
		if (strcmp(key_rows[i].section, r->section) == 0)
			continue;
		snprintf(text, sizeof(text), "[%s]\n%s = %s\n",
			 key_rows[i].section, r->key, r->good);
		assert_refused(text, "x.conf:2: '", r->key, r->section);
	}
	snprintf(text, sizeof(text), "%s = %s\n", r->key, r->good);
	assert_refused(text, "x.conf:1: ", r->key, "before any [section]");
}

static void key_of_another_section_is_refused(void **state)
{
	(void)state;
	each(try_elsewhere);
}

static void try_long(const struct key_row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];
	int n = snprintf(text, sizeof(text), "[%s]\n%s = ", r->section, r->key);

	(void)k;
	memset(text + n, 'x', CONF_LINE_MAX);
	text[n + CONF_LINE_MAX] = '\0';
	assert_refused(text, "x.conf:2: ", "bytes", "511 are allowed");
}

static void line_too_long_is_refused(void **state)
{
	(void)state;
	each(try_long);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_value_of_every_key_is_taken),
		cmocka_unit_test(memory_is_asked_for_as_the_file_says),
		cmocka_unit_test(wrong_value_of_every_key_is_refused),
		cmocka_unit_test(empty_value_of_every_key_is_refused),
		cmocka_unit_test(key_given_twice_is_refused),
		cmocka_unit_test(key_given_without_end_is_refused),
		cmocka_unit_test(key_of_another_section_is_refused),
		cmocka_unit_test(line_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
