// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_show_plan.c - what a reboot would do, for people
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/verbs/show.h"
#include "tests/host/verbs/shown.h"

static const char *text;

static void show(const char *json)
{
	text = shown(show_plan, json);
}

static void plan_is_a_table_with_the_chosen_way_marked(void **state)
{
	(void)state;
	show("{\"name\":\"web\",\"strategy\":\"in place\",\"reason\":\"clean\","
	     "\"options\":[{\"strategy\":\"in place\",\"downtime_us\":1050000,"
	     "\"worst_us\":1310000,\"basis\":\"history\",\"samples\":20,"
	     "\"peak_bytes\":632291328,\"obstacle\":\"\"},"
	     "{\"strategy\":\"overlap\",\"downtime_us\":620000,"
	     "\"worst_us\":1240000,\"basis\":\"model\",\"samples\":0,"
	     "\"peak_bytes\":1264582656,\"obstacle\":\"more memory\"}],"
	     "\"better\":{\"strategy\":\"overlap\",\"how\":\"more memory\"},"
	     "\"budget\":{\"held\":true,\"strategy\":\"in place\","
	     "\"sentence\":\"\"}}");
	assert_string_equal(
		text,
		"web: in place: clean\n"
		"  HOW               DOWN  AT WORST  FROM            PEAK  "
		"WOULD NEED\n"
		"* in place        1.05 s    1.31 s  last 20      603 MiB  \n"
		"  overlap       620.0 ms    1.24 s  assumed     1206 MiB  "
		"more memory\n"
		"faster: overlap: more memory\n"
		"within the budget: in place\n");
}

static void plan_says_how_much_memory_an_overlap_lacks(void **state)
{
	(void)state;
	show("{\"memory\":{\"need_bytes\":2254857830,\"spare_bytes\":"
	     "1073741824,\"sentence\":\"it needs 2.1 GiB, and the host has 1.0 "
	     "GiB to spare\\u009b\"}}");
	assert_non_null(strstr(text, "\na second one beside it: it needs 2.1 "
				     "GiB, and the host has 1.0 GiB to "
				     "spare??: 1.1 GiB more\n"));
	show("{\"memory\":{\"need_bytes\":1,\"spare_bytes\":1,"
	     "\"sentence\":\"it fits\"}}");
	assert_non_null(strstr(text, "\na second one beside it: it fits\n"));
}

static void plan_steers_no_terminal(void **state)
{
	(void)state;
	show("{\"name\":\"\\u001b[1m\",\"strategy\":\"\\u001b\",\"reason\":"
	     "\"\\u0007\",\"options\":[{\"strategy\":\"\\u001b\",\"obstacle\":"
	     "\"\\u009b2J\"}],\"memory\":{\"sentence\":\"\\u001b\"},"
	     "\"better\":{\"strategy\":\"\\u001b\",\"how\":\"\\u001b\"},"
	     "\"budget\":{\"held\":true,\"strategy\":\"\\u001b\","
	     "\"sentence\":\"a\\nb\\u001b\"}}");
	assert_null(strpbrk(text, "\033\007\233"));
	assert_non_null(strstr(text, "\nwithin the budget: ?: a?b?\n"));
}

static void plan_of_any_shape_does_no_harm(void **state)
{
	static const char *const odd[] = {
		"7",
		"{}",
		"{\"options\":[7,{},{\"strategy\":7,\"samples\":\"x\"}]}",
		"{\"better\":7,\"budget\":7,\"options\":{}}",
		"{\"memory\":{\"need_bytes\":9223372036854775807,\"spare_"
		"bytes\":-1}}",
		"{\"memory\":7}",
		"{\"budget\":{\"held\":true,\"sentence\":[]}}",
		"{\"options\":[{\"downtime_us\":-1,\"worst_us\":1e9,"
		"\"peak_bytes\":9223372036854775807}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		show(odd[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_is_a_table_with_the_chosen_way_marked),
		cmocka_unit_test(plan_says_how_much_memory_an_overlap_lacks),
		cmocka_unit_test(plan_steers_no_terminal),
		cmocka_unit_test(plan_of_any_shape_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
