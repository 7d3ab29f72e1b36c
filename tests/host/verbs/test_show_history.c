// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_show_history.c - the table of what an appliance did
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/verbs/show.h"
#include "tests/host/verbs/shown.h"

static const char *text;

static void show(const char *json)
{
	text = shown(show_history, json);
}

static void table_has_the_steps_that_there_are(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	show("[{\"at_ms\":1700000000123,\"strategy\":\"none\",\"cause\":\"\","
	     "\"down_us\":0,\"phases\":[{\"name\":\"QEMU's start\",\"us\":500},"
	     "{\"name\":\"guest's kernel\",\"us\":400000}]},"
	     "{\"at_ms\":1700000100000,\"strategy\":\"in place\","
	     "\"cause\":\"clean reboot\",\"down_us\":1250000,\"phases\":["
	     "{\"name\":\"quiesce\",\"us\":12300},"
	     "{\"name\":\"QEMU's reset\",\"us\":5000},"
	     "{\"name\":\"continue\",\"us\":400},"
	     "{\"name\":\"guest's kernel\",\"us\":900000}]}]");
	assert_string_equal(
		text,
		"WHEN                HOW         CAUSE                      "
		"     DOWN   QUIESCE     RESET    LAUNCH    KERNEL\n"
		"2023-11-14 22:13:20 start       -                          "
		"        -         -         -    500 us  400.0 ms\n"
		"2023-11-14 22:15:00 in place    clean reboot               "
		"   1.25 s   12.3 ms    5.4 ms         -  900.0 ms\n");
}

static void phase_of_another_version_is_shown_as_other(void **state)
{
	(void)state;
	show("[{\"strategy\":\"warp\",\"phases\":[{\"name\":\"new\","
	     "\"us\":7}]}]");
	assert_non_null(strstr(text, "OTHER"));
	assert_non_null(strstr(text, "7 us"));
}

static void lines_of_any_shape_do_no_harm(void **state)
{
	(void)state;
	show("[7,[],{},{\"at_ms\":-1},{\"at_ms\":9223372036854775807},"
	     "{\"strategy\":[],\"cause\":7,\"down_us\":-5,\"phases\":7},"
	     "{\"phases\":[7,{},{\"name\":7,\"us\":\"x\"},"
	     "{\"name\":\"quiesce\",\"us\":-1}]}]");
	show("{}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_the_steps_that_there_are),
		cmocka_unit_test(phase_of_another_version_is_shown_as_other),
		cmocka_unit_test(lines_of_any_shape_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
