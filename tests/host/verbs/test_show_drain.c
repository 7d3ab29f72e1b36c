// SPDX-License-Identifier: Apache-2.0
#include "host/verbs/show_drain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/verbs/show.h"
#include "tests/host/verbs/shown.h"

static void drain(FILE *out, const json_t *teardown)
{
	char text[DRAIN_TEXT];

	show_drain(teardown, text);
	fprintf(out, "%s.", text);
}

static void wait(FILE *out, const json_t *status)
{
	char text[DRAIN_TEXT];

	show_wait(status, text);
	fprintf(out, "%s.", text);
}

static void list(FILE *out, const json_t *entries)
{
	show_list(out, entries, false);
}

#define KNOWN                                                                  \
	"{\"generation\":3,\"way\":\"asynchronous\",\"helper\":77,"            \
	"\"draining_us\":9000000,\"gauge\":\"cgroup\","                        \
	"\"at_exit_bytes\":68719476736,\"held_bytes\":55405077504,"            \
	"\"rate\":1395864371,\"left_us\":39700000}"
#define STANDING                                                               \
	"{\"generation\":1,\"way\":\"asynchronous\",\"helper\":78,"            \
	"\"draining_us\":9000000,\"gauge\":\"MemAvailable\","                  \
	"\"at_exit_bytes\":68719476736,\"held_bytes\":68719476737,"            \
	"\"rate\":0,\"left_us\":0}"
#define UNKNOWN                                                                \
	"{\"generation\":2,\"way\":\"defeated\",\"helper\":0,"                 \
	"\"draining_us\":1500000}"
#define DRAINING                                                               \
	"{\"name\":\"web\",\"state\":\"draining\",\"draining\":[" KNOWN        \
	"," UNKNOWN "],\"waits_for\":\"\"}"
#define WAITING                                                                \
	"{\"name\":\"web\",\"state\":\"waiting for memory\","                  \
	"\"generation\":3,\"memory_bytes\":2254857830,\"draining\":[" KNOWN    \
	"],\"waits_for\":\"it needs 2.1 GiB\\u009b\"}"

static void drain_is_how_much_how_fast_and_how_long(void **state)
{
	(void)state;
	assert_string_equal(shown(drain, KNOWN),
			    "12.4 of 64.0 GiB, 1.3 GiB/s, 40 s left.");
}

static void drain_that_nobody_can_measure_is_since_when(void **state)
{
	(void)state;
	assert_string_equal(shown(drain, UNKNOWN), "for 1.50 s.");
}

static void drain_that_stands_still_or_grows_has_no_end(void **state)
{
	(void)state;
	assert_string_equal(shown(drain, STANDING), "0.0 of 64.0 GiB.");
}

static void wait_has_no_end_before_each_of_them_has(void **state)
{
	(void)state;
	assert_string_equal(shown(wait,
				  "{\"state\":\"draining\","
				  "\"draining\":[" KNOWN "," STANDING "]}"),
			    "12.4 of 128.0 GiB.");
}

static void wait_of_an_end_is_for_all_that_drains(void **state)
{
	(void)state;
	assert_string_equal(shown(wait, DRAINING),
			    "12.4 of 64.0 GiB, 1.3 GiB/s, 40 s left.");
}

static void wait_of_a_start_is_in_the_ledgers_words(void **state)
{
	(void)state;
	assert_string_equal(shown(wait, "{\"state\":\"waiting for memory\","
					"\"draining\":[],\"waits_for\":\"it "
					"needs 2.1 GiB\"}"),
			    "it needs 2.1 GiB.");
}

static void wait_of_a_start_begins_with_what_drains_before_it(void **state)
{
	(void)state;
	assert_string_equal(shown(wait, WAITING),
			    "draining 12.4 of 64.0 GiB, 1.3 GiB/s, 40 s left; "
			    "it needs 2.1 GiB??.");
}

static void wait_of_who_serves_is_nothing(void **state)
{
	(void)state;
	assert_string_equal(shown(wait, "{\"state\":\"serving\","
					"\"draining\":[" KNOWN
					"],\"waits_for\":\"\"}"),
			    ".");
}

static void status_has_a_row_for_each_and_for_the_wait(void **state)
{
	(void)state;
	assert_string_equal(
		shown(show_status, DRAINING),
		"web: draining\n"
		"  draining         generation 3: 12.4 of 64.0 GiB, 1.3 GiB/s, "
		"40 s left; asynchronous, helper 77\n"
		"  draining         generation 2: for 1.50 s; defeated\n");
	assert_non_null(strstr(shown(show_status, WAITING),
			       "\n  memory           2.1 GiB\n"));
	assert_non_null(strstr(shown(show_status, WAITING),
			       "\n  waits            it needs 2.1 GiB??\n"));
}

static void list_has_them_below_their_appliance(void **state)
{
	const char *text = shown(list, "[{\"name\":\"web\",\"state\":\"waiting "
				       "for memory\",\"status\":" WAITING "}]");

	(void)state;
	assert_non_null(strstr(
		text,
		"\n                 draining           generation 3: 12.4 of "
		"64.0 GiB, 1.3 GiB/s, 40 s left\n"
		"                 waits              it needs 2.1 GiB??\n"));
}

/* The shim may be another's, and a liar. */
static void answers_of_any_shape_do_no_harm(void **state)
{
	static const char *const odd[] = {
		"7",
		"{\"state\":\"draining\",\"draining\":[7,{},[]]}",
		"{\"state\":\"draining\",\"draining\":7,\"waits_for\":7}",
		"{\"state\":\"draining\",\"draining\":[{\"generation\":-1,"
		"\"helper\":-1,\"way\":7,\"at_exit_bytes\":-1}]}",
		"{\"state\":\"draining\",\"draining\":[{\"at_exit_bytes\":"
		"9223372036854775807,\"rate\":9223372036854775807,\"left_us\":"
		"9223372036854775807},{\"at_exit_bytes\":"
		"9223372036854775807,\"held_bytes\":9223372036854775807}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		shown(wait, odd[i]);
		assert_null(strstr(shown(show_status, odd[i]), "-1"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drain_is_how_much_how_fast_and_how_long),
		cmocka_unit_test(drain_that_nobody_can_measure_is_since_when),
		cmocka_unit_test(drain_that_stands_still_or_grows_has_no_end),
		cmocka_unit_test(wait_has_no_end_before_each_of_them_has),
		cmocka_unit_test(wait_of_an_end_is_for_all_that_drains),
		cmocka_unit_test(wait_of_a_start_is_in_the_ledgers_words),
		cmocka_unit_test(
			wait_of_a_start_begins_with_what_drains_before_it),
		cmocka_unit_test(wait_of_who_serves_is_nothing),
		cmocka_unit_test(status_has_a_row_for_each_and_for_the_wait),
		cmocka_unit_test(list_has_them_below_their_appliance),
		cmocka_unit_test(answers_of_any_shape_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
