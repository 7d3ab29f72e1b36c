// SPDX-License-Identifier: Apache-2.0
#include "host/qemu/qmplog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

static void append(void *ctx, const char *event, const json_t *data)
{
	const char *reason = json_string_value(json_object_get(data, "reason"));

	strcat(ctx, event);
	strcat(ctx, reason ? "=" : "");
	strcat(ctx, reason ? reason : "");
	strcat(ctx, " ");
}

static const char *replayed(const char *text, size_t len)
{
	static char names[4096];

	names[0] = '\0';
	qmplog_replay(text, len, append, names);
	return names;
}

#define SHUTDOWN                                                               \
	"{\"timestamp\":{\"seconds\":1},\"event\":\"SHUTDOWN\",\"data\":"      \
	"{\"guest\":true,\"reason\":\"guest-reset\"}}\r\n"
#define EVENT(name) "{\"event\":\"" name "\"}\r\n"

static void replay_tells_what_came_since_it_last_ran(void **state)
{
	static const struct {
		const char *text, *events;
	} cases[] = {
		{ "", "" },
		{ "{\"QMP\":{}}\r\n{\"return\":{}}\r\n", "" },
		{ SHUTDOWN EVENT("STOP"), "SHUTDOWN=guest-reset STOP " },
		{ SHUTDOWN EVENT("STOP") EVENT("RESET"), "" },
		{ SHUTDOWN EVENT("STOP") EVENT("RESUME") EVENT("WATCHDOG"),
		  "WATCHDOG " },
		{ EVENT("RESUME") SHUTDOWN, "SHUTDOWN=guest-reset " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(
			replayed(cases[i].text, strlen(cases[i].text)),
			cases[i].events);
}

static void replay_passes_over_what_is_no_event(void **state)
{
	static const char text[] =
		"ata\":{}}\r\n\0\0\0\n[1]\n{\"event\":7}\n" SHUTDOWN
		"{\"event\":\"STOP\"";

	(void)state;
	assert_string_equal(replayed(text, sizeof(text) - 1),
			    "SHUTDOWN=guest-reset ");
}

/* Cut anywhere, it must say less, and never something else. */
static void replay_of_a_cut_log_says_less(void **state)
{
	static const char text[] = SHUTDOWN EVENT("STOP");
	static const char whole[] = "SHUTDOWN=guest-reset STOP ";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++)
		assert_int_equal(strncmp(replayed(text, n), whole,
					 strlen(replayed(text, n))),
				 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replay_tells_what_came_since_it_last_ran),
		cmocka_unit_test(replay_passes_over_what_is_no_event),
		cmocka_unit_test(replay_of_a_cut_log_says_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
