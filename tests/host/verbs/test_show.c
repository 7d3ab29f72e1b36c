// SPDX-License-Identifier: Apache-2.0
#include "host/verbs/show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/host/verbs/shown.h"

static const char *text;

static void passage(FILE *out, const json_t *value)
{
	show_passage(out, "web", value);
}

static void show_passage_of(const char *json)
{
	text = shown(passage, json);
}

static void show_status_of(const char *json)
{
	text = shown(show_status, json);
}

static void passage_is_strategy_reason_and_phases(void **state)
{
	(void)state;
	show_passage_of("{\"strategy\":\"in place\",\"reason\":\"clean\","
			"\"cause\":\"clean reboot\",\"phases\":["
			"{\"name\":\"quiesce\",\"us\":12345},"
			"{\"name\":\"reset\",\"us\":999}],"
			"\"total_us\":2500000}");
	assert_string_equal(text, "web: in place: clean\n"
				  "  cause            clean reboot\n"
				  "  quiesce               12.3 ms\n"
				  "  reset                  999 us\n"
				  "  total                  2.50 s\n");
}

static void passage_without_strategy_is_under_way(void **state)
{
	(void)state;
	show_passage_of("{\"accepted\":true}");
	assert_string_equal(text, "web: under way\n");
}

static void status_is_a_table(void **state)
{
	(void)state;
	show_status_of("{\"name\":\"web\",\"state\":\"serving\","
		       "\"image\":\"web\",\"version\":\"1.0\","
		       "\"architecture\":\"s390x\",\"generation\":2,"
		       "\"boot\":3,\"uptime_us\":7384000000,\"forwards\":["
		       "{\"address\":\"127.0.0.1\",\"port\":8080,"
		       "\"guest\":80}],\"draining\":[],\"last\":{"
		       "\"strategy\":\"none\",\"reason\":\"\","
		       "\"total_us\":1000}}");
	assert_string_equal(text, "web: serving\n"
				  "  image            web 1.0 (s390x)\n"
				  "  generation       2\n"
				  "  boot             3\n"
				  "  uptime           2 h 3 min\n"
				  "  forward          127.0.0.1:8080 -> 80\n");
}

static void status_of_a_secure_guest_says_how_it_was_reset(void **state)
{
	(void)state;
	show_status_of("{\"name\":\"web\",\"state\":\"serving\","
		       "\"secure\":\"yes\",\"cleanup\":\"asynchronous\"}");
	assert_string_equal(text, "web: serving\n"
				  "  secure           yes\n"
				  "  cleanup          asynchronous\n");
	show_status_of("{\"name\":\"web\",\"state\":\"serving\","
		       "\"secure\":\"no\",\"cleanup\":\"none\"}");
	assert_string_equal(text, "web: serving\n");
}

/* A shim of another version may say other things. */
static const char two[] =
	"[{\"name\":\"web\",\"state\":\"serving\",\"status\":"
	"{\"image\":\"web\",\"architecture\":\"s390x\","
	"\"generation\":1,\"boot\":2,\"uptime_us\":5000000}},"
	"{\"name\":\"db\",\"state\":\"no shim\",\"status\":null}]";

static void list(FILE *out, const json_t *entries)
{
	show_list(out, entries, false);
}

static void list_in_colour(FILE *out, const json_t *entries)
{
	show_list(out, entries, true);
}

static void compact(FILE *out, const json_t *value)
{
	show_json(out, value, JSON_COMPACT | JSON_ENCODE_ANY);
}

static void answers_of_any_shape_do_no_harm(void **state)
{
	static const char *const odd[] = {
		"7",
		"[]",
		"{}",
		"{\"strategy\":7,\"phases\":7,\"total_us\":-1}",
		"{\"strategy\":\"x\",\"phases\":[7,{},{\"name\":[]}]}",
		"{\"name\":[],\"forwards\":{\"address\":1},\"last\":[]}",
		"{\"forwards\":[7,{\"address\":\"a\"}],\"uptime_us\":\"x\"}",
		"{\"image\":\"i\",\"last\":{\"reason\":\"r\"}}",
		"{\"uptime_us\":9223372036854775807}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		show_passage_of(odd[i]);
		show_status_of(odd[i]);
		text = shown(list_in_colour, odd[i]);
	}
}

/* The heading of the next column is where it begins. */
static void list_counts_characters_and_cuts_none(void **state)
{
	static const char json[] =
		"[{\"name\":\"web\",\"state\":\"serving\",\"status\":"
		"{\"image\":\"b\303\244r\342\202\254\","
		"\"architecture\":\"s390x\"}}]";
	static const char longer[] =
		"[{\"name\":\"web\",\"state\":\"serving\",\"status\":"
		"{\"image\":\"0123456789012345678901234567890123456789"
		"0123456789012345678901\303\244xyz\"}}]";

	(void)state;
	assert_non_null(strstr(shown(list, json),
			       "b\303\244r\342\202\254             s390x"));
	assert_non_null(strstr(shown(list, longer), "8901 -"));
}

static void long_version_is_shown_whole(void **state)
{
	char json[256] = "{\"image\":\"web\",\"version\":\"";
	size_t len = strlen(json);

	(void)state;
	memset(json + len, 'x', 98);
	strcpy(json + len + 98, "\303\244rz\"}");
	assert_non_null(strstr(shown(show_status, json), "x\303\244rz (?)"));
}

static void list_has_headings_and_a_line_each(void **state)
{
	(void)state;
	text = shown(list, two);
	assert_string_equal(text, "NAME             STATE              IMAGE   "
				  "         ARCH     GEN  "
				  "BOOT UPTIME\n"
				  "web              serving            web     "
				  "         s390x    1    "
				  "2    5.00 s\n"
				  "db               no shim            -       "
				  "         -        -    "
				  "-    -\n");
}

static void list_in_colour_has_the_same_columns(void **state)
{
	(void)state;
	text = shown(list_in_colour, two);
	assert_non_null(strstr(text, " \033[32mserving           \033[0m web"));
	assert_non_null(strstr(text, " \033[31mno shim           \033[0m -"));
}

/* What the guest wrote last is shown, and cannot write to the terminal. */
static void unclean_passage_ends_with_the_console(void **state)
{
	(void)state;
	show_passage_of("{\"strategy\":\"stop\",\"cause\":\"guest panic\","
			"\"console\":[\"one\\u001b[2J\\u009b1m\",\"two\"],"
			"\"total_us\":1}");
	assert_non_null(strstr(text, "  console          one?[2J??1m\n"
				     "                   two\n"));
}

static void json_is_ascii_and_loses_nothing(void **state)
{
	(void)state;
	text = shown(compact, "\"\\u009b2J \\u00e4\"");
	assert_string_equal(text, "\"\\u009B2J \\u00E4\"\n");
}

static void time_is_that_of_this_place(void **state)
{
	char when[32];

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	assert_true(show_time(when, sizeof(when), 1700000000));
	assert_string_equal(when, "2023-11-14 23:13:20");
	assert_true(show_time(when, sizeof(when), 1720000000));
	assert_string_equal(when, "2024-07-03 11:46:40");
}

static void time_beyond_all_calendars_is_none(void **state)
{
	char when[32] = "-";

	(void)state;
	assert_false(show_time(when, sizeof(when), INT64_MAX));
	assert_string_equal(when, "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_ascii_and_loses_nothing),
		cmocka_unit_test(time_is_that_of_this_place),
		cmocka_unit_test(time_beyond_all_calendars_is_none),
		cmocka_unit_test(passage_is_strategy_reason_and_phases),
		cmocka_unit_test(passage_without_strategy_is_under_way),
		cmocka_unit_test(status_is_a_table),
		cmocka_unit_test(
			status_of_a_secure_guest_says_how_it_was_reset),
		cmocka_unit_test(answers_of_any_shape_do_no_harm),
		cmocka_unit_test(list_has_headings_and_a_line_each),
		cmocka_unit_test(list_in_colour_has_the_same_columns),
		cmocka_unit_test(unclean_passage_ends_with_the_console),
		cmocka_unit_test(list_counts_characters_and_cuts_none),
		cmocka_unit_test(long_version_is_shown_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
