// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/config/test_keys.c - every key with every wrong kind of value
 *
 * The keys come from the table that ships: one that is not in rows[] fails the
 * test. Beside what rows[] has, each key is tried with an empty value, in every
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

#define HUGE "99999999999999999999999999"
#define LONG_NAME                                                              \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

enum { WRONG_MAX = 10, TEXT_SIZE = 2048 };

static const struct row {
	const char *section, *key, *good;
	const char
		*instead; /* what a refusal of a wrong value tells to write */
	const char *wrong[WRONG_MAX];
} rows[] = {
	{ "appliance",
	  "name",
	  "web-1",
	  "1 to 63 of a-z",
	  { "-1", "Web", "a b", "a/b", "..", "w\xc3\xa9", LONG_NAME } },
	{ "appliance", "image", "/i", "characters", { NULL } },
	{ "appliance",
	  "architecture",
	  "s390x",
	  "x86_64, s390x",
	  { "arm", "-1", "S390X", "s390x x", HUGE } },
	{ "appliance",
	  "memory",
	  "1 GiB",
	  "as in 512 MiB",
	  { "512", "-512 MiB", "512 MB", "32767 KiB", "31 MiB", "0 MiB",
	    HUGE " MiB", "17 TiB", "1.5 GiB", "MiB" } },
	{ "appliance",
	  "cpus",
	  "2",
	  "1 to 248",
	  { "0", "-1", "249", HUGE, "two", "2x", "1.5", "0x2", "+2" } },
	{ "appliance",
	  "sockets",
	  "2",
	  "1 to 248",
	  { "0", "-1", "249", HUGE, "two" } },
	{ "appliance",
	  "dies",
	  "2",
	  "1 to 248",
	  { "0", "-1", "249", HUGE, "two" } },
	{ "appliance",
	  "cores",
	  "2",
	  "1 to 248",
	  { "0", "-1", "249", HUGE, "two" } },
	{ "appliance",
	  "threads",
	  "2",
	  "1 to 248",
	  { "0", "-1", "249", HUGE, "two" } },
	{ "appliance",
	  "accel",
	  "kvm",
	  "tcg, kvm",
	  { "auto", "-1", "KVM", "kvm tcg", HUGE } },
	{ "appliance",
	  "machine",
	  "microvm",
	  "default, microvm",
	  { "q35", "pc", "-1", HUGE } },
	{ "appliance",
	  "secure",
	  "auto",
	  "no, yes, auto",
	  { "maybe", "1", "-1", "YES" } },
	{ "appliance", "qemu", "/q", "characters", { NULL } },
	{ "appliance", "user", "qemu", "characters", { LONG_NAME } },
	{ "appliance",
	  "boot-timeout",
	  "1 min",
	  "write",
	  { "60", "-1 s", "0 s", "999 ms", "61 min", HUGE " s", "1 h",
	    "1.5 s" } },
	{ "appliance",
	  "grace",
	  "1 s",
	  "write",
	  { "60", "-1 s", "11 min", HUGE " ms", "soon" } },
	{ "appliance",
	  "heartbeat",
	  "2 s",
	  "write",
	  { "5", "-5 s", "999 ms", "61 s", HUGE " s", "often" } },
	{ "appliance",
	  "watchdog",
	  "no",
	  "yes or no",
	  { "true", "1", "-1", "YES", "i6300esb" } },
	{ "network",
	  "mode",
	  "tap",
	  "user, none, tap",
	  { "bridge", "-1", "User", HUGE } },
	{ "network",
	  "forward",
	  "8080 -> 80",
	  "write [ADDRESS:][PORT ->] GUEST-PORT",
	  { "-1", "80:90", "x", "65536", HUGE, "1 -> 0", "1 -> 2 -> 3",
	    "::1:80 -> 80", "256.0.0.1:80 -> 80", "80 ->" } },
	{ "network",
	  "bridge",
	  "br0",
	  "as in br0",
	  { "../x", "a b", "br:0", "abcdefghijklmnop", ".", ".." } },
	{ "network",
	  "mac",
	  "52:54:00:12:34:56",
	  "as in 52:54:00:12:34:56",
	  { "52:54:00:12:34", "52:54:00:12:34:56:78", "53:54:00:12:34:56",
	    "52-54-00-12-34-56", "5254.0012.3456", "52:54:00:12:34:5G",
	    "52:54:00:12:34:5A", "-1", HUGE, "5:54:00:12:34:56:" } },
	{ "storage",
	  "disk",
	  "data-1 /d",
	  "write SERIAL",
	  { "data-1", "-1", "d@ta /d", "data-1 cache /d",
	    "data-1 cache fast /d", "aaaaaaaaaaaaaaaaaaaaa /d",
	    "data-1 read-only", HUGE } },
	{ "guest", "parameter", "dns = 10.0.2.3", "write", { NULL } },
	{ "restart",
	  "policy",
	  "never",
	  "on-failure",
	  { "maybe", "-1", "Always", HUGE } },
	{ "restart",
	  "limit",
	  "3",
	  "a plain number",
	  { "-1", "16", HUGE, "three", "3 times" } },
	{ "restart",
	  "interval",
	  "1 min",
	  "write",
	  { "60", "-1 s", "999 ms", "1441 min", HUGE " min", "day" } },
	{ "restart",
	  "delay",
	  "200 ms",
	  "write",
	  { "60", "-1 s", "61 min", HUGE " min", "soon" } },
	{ "restart",
	  "delay-max",
	  "5 min",
	  "write",
	  { "60", "-1 s", "61 min", HUGE " min", "later" } },
	{ "restart",
	  "silence",
	  "0 s",
	  "write",
	  { "60", "-1 s", "61 min", HUGE " min", "never" } },
	{ "restart",
	  "on-panic",
	  "pause",
	  "restart",
	  { "maybe", "-1", "Pause", HUGE } },
	{ "memory",
	  "reserve",
	  "0 MiB",
	  "write",
	  { "1", "-1 MiB", "17 TiB", HUGE " MiB", "1.5 GiB", "half" } },
	{ "memory",
	  "priority",
	  "-100",
	  "-100 to 100",
	  { "101", "-101", "--1", "+1", "- 1", "-", HUGE, "high", "1.5" } },
	{ "memory",
	  "admission-timeout",
	  "1440 min",
	  "write",
	  { "60", "-1 s", "1441 min", HUGE " min", "never" } },
	{ "memory",
	  "admission-late",
	  "start-anyway",
	  "give-up, start-anyway",
	  { "start", "-1", "Give-up", HUGE } },
	{ "control",
	  "group",
	  "root",
	  "write the name of a group",
	  { "no-such-group", "-1", "0", "a b" } },
	{ "control", "others", "read", "none, read", { "write", "yes", "-1" } },
	{ "unsupported", "qemu-argument", "-foo", "1 to 255", { NULL } },
};

static struct appliance a;
static struct conf c;

static int read_text(const char *text)
{
	keys_defaults(&a);
	keys_begin(&c, &a, "x.conf");
	return conf_text(&c, text, strlen(text));
}

static const struct row *row_of(const struct conf_key *k)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].section, k->section) == 0 &&
		    strcmp(rows[i].key, k->key) == 0)
			return &rows[i];
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

static void each(void (*test)(const struct row *r, const struct conf_key *k))
{
	struct conf all;

	keys_begin(&all, &a, "x.conf");
	for (size_t i = 0; i < all.count; i++)
		test(row_of(&all.keys[i]), &all.keys[i]);
}

static void try_good(const struct row *r, const struct conf_key *k)
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
	assert_int_equal(a.admission.priority, 0);
	assert_int_equal(a.admission.timeout_ms, 600000);
	assert_int_equal(a.admission.late, LATE_GIVE_UP);
	assert_int_equal(read_text("[memory]\nreserve = 2 GiB\n"
				   "priority = -7\nadmission-timeout = 0 s\n"
				   "admission-late = start-anyway\n"),
			 0);
	assert_int_equal(a.admission.reserve, 2ULL << 30);
	assert_int_equal(a.admission.priority, -7);
	assert_int_equal(a.admission.timeout_ms, 0);
	assert_int_equal(a.admission.late, LATE_START_ANYWAY);
	assert_int_equal(read_text("[memory]\npriority = 100\n"), 0);
	assert_int_equal(a.admission.priority, 100);
}

static void try_wrong(const struct row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];

	(void)k;
	for (int i = 0; i < WRONG_MAX && r->wrong[i]; i++) {
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

static void try_empty(const struct row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];

	(void)k;
	snprintf(text, sizeof(text), "[%s]\n%s =\n", r->section, r->key);
	assert_refused(text, "x.conf:2: ", "''", "write");
	snprintf(text, sizeof(text), "[%s]\n%s\n", r->section, r->key);
	assert_refused(text, "x.conf:2: ", r->key, "write key = value");
}

static void empty_value_of_every_key_is_refused(void **state)
{
	(void)state;
	each(try_empty);
}

static void try_twice(const struct row *r, const struct conf_key *k)
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

static void try_too_often(const struct row *r, const struct conf_key *k)
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

static void try_elsewhere(const struct row *r, const struct conf_key *k)
{
	char text[TEXT_SIZE];

	(void)k;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].section, r->section) == 0)
			continue;
		snprintf(text, sizeof(text), "[%s]\n%s = %s\n", rows[i].section,
			 r->key, r->good);
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

static void try_long(const struct row *r, const struct conf_key *k)
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
