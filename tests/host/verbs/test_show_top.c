// SPDX-License-Identifier: Apache-2.0
#include "host/verbs/show_top.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/host/verbs/shown.h"

#define HEADS "NAME              GEN STATE                 MEMORY  DRAINED, OR "

static void host_is_what_is_left_promised_and_wanted(void **state)
{
	(void)state;
	assert_string_equal(
		shown(show_top,
		      "{\"host\":{\"total_bytes\":68719476736,"
		      "\"headroom_bytes\":13207024435,"
		      "\"live\":{\"count\":3,\"bytes\":25769803776},"
		      "\"draining\":{\"count\":1,\"bytes\":4402341478},"
		      "\"waiting\":{\"count\":0,\"bytes\":0}},"
		      "\"appliances\":[]}"),
		"the host: 12.3 GiB of 64.0 GiB to spare; 3 live, promised "
		"24.0 GiB; 1 draining, of 4.1 GiB\n" HEADS "WAITS FOR\n");
}

static void host_that_cannot_be_looked_at_says_why(void **state)
{
	(void)state;
	assert_string_equal(shown(show_top, "{\"host\":{\"error\":"
					    "\"/run/x: Permission denied\"}}"),
			    "the host: /run/x: Permission denied\n" HEADS
			    "WAITS FOR\n");
}

/* What follows the headings. */
static const char *lines(const char *status, const char *state)
{
	static char json[2048];

	snprintf(json, sizeof(json),
		 "{\"appliances\":[{\"name\":\"web\",\"state\":\"%s\","
		 "\"status\":%s}]}",
		 state, status);
	return strstr(shown(show_top, json), "FOR\n") + 4;
}

#define DRAINS                                                                 \
	"\"draining\":[{\"generation\":2,\"at_exit_bytes\":68719476736,"       \
	"\"held_bytes\":34359738368,\"rate\":1395864371,"                      \
	"\"left_us\":9000000}]"

static void generation_that_drains_has_a_line_with_a_bar(void **state)
{
	(void)state;
	assert_string_equal(
		lines("{\"generation\":3,\"memory_bytes\":2254857830," DRAINS
		      ",\"waits_for\":\"\"}",
		      "serving"),
		"web                 3 serving              2.1 GiB\n"
		"web                 2 draining            32.0 GiB  "
		"[######------] 32.0 of 64.0 GiB, 1.3 GiB/s, 9 s left\n");
}

/* At first, while it stands still, when others take more; and at the end. */
static void drain_whose_end_nobody_knows_has_none(void **state)
{
	(void)state;
	assert_string_equal(
		lines("{\"draining\":[{\"at_exit_bytes\":68719476736,"
		      "\"held_bytes\":34359738368,\"rate\":0,\"left_us\":0},"
		      "{\"at_exit_bytes\":68719476736,\"held_bytes\":"
		      "137438953472,\"rate\":0,\"left_us\":0},"
		      "{\"at_exit_bytes\":68719476736,\"held_bytes\":0,"
		      "\"rate\":1395864371,\"left_us\":0}]}",
		      "draining"),
		"web                 - draining            32.0 GiB  "
		"[######------] 32.0 of 64.0 GiB\n"
		"web                 - draining           128.0 GiB  "
		"[------------] 0.0 of 64.0 GiB\n"
		"web                 - draining                   -  "
		"[############] 64.0 of 64.0 GiB\n");
}

static void appliance_that_ends_is_what_drains_of_it(void **state)
{
	(void)state;
	assert_string_equal(
		lines("{\"generation\":2," DRAINS "}", "draining"),
		"web                 2 draining            32.0 GiB  "
		"[######------] 32.0 of 64.0 GiB, 1.3 GiB/s, 9 s left\n");
}

static void start_that_waits_says_for_what(void **state)
{
	(void)state;
	assert_string_equal(
		lines("{\"generation\":0,\"waits_for\":\"it needs 2.1 GiB\"}",
		      "waiting for memory"),
		"web                 - waiting for memory         -  it needs "
		"2.1 GiB\n");
}

static void shim_that_says_nothing_has_a_line(void **state)
{
	(void)state;
	assert_string_equal(
		lines("null", "no answer"),
		"web                 - no answer                  -\n");
}

/* The shim may be another's, and a liar. */
static void answers_of_any_shape_do_no_harm(void **state)
{
	static const char *const odd[] = {
		"7",
		"{\"host\":7,\"appliances\":[7,{},{\"name\":7,\"status\":[]}]}",
		"{\"host\":{\"live\":7,\"error\":7},\"appliances\":7}",
		"{\"appliances\":[{\"name\":\"\\u009b2J\",\"state\":\"\\u001b"
		"[2J\",\"status\":{\"draining\":[7,{\"at_exit_bytes\":1,"
		"\"held_bytes\":-1},{\"at_exit_bytes\":1,\"held_bytes\":"
		"9223372036854775807},{\"at_exit_bytes\":9223372036854775807,"
		"\"held_bytes\":1,\"generation\":9223372036854775807}],"
		"\"memory_bytes\":9223372036854775807}}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		const char *text = shown(show_top, odd[i]);

		assert_null(strchr(text, '\033'));
		assert_null(strstr(text, "\302\233"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_is_what_is_left_promised_and_wanted),
		cmocka_unit_test(host_that_cannot_be_looked_at_says_why),
		cmocka_unit_test(generation_that_drains_has_a_line_with_a_bar),
		cmocka_unit_test(drain_whose_end_nobody_knows_has_none),
		cmocka_unit_test(appliance_that_ends_is_what_drains_of_it),
		cmocka_unit_test(start_that_waits_says_for_what),
		cmocka_unit_test(shim_that_says_nothing_has_a_line),
		cmocka_unit_test(answers_of_any_shape_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
