// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_control.c - calls and their answers
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/link/caller.h"

static void status_is_answered(void **state)
{
	struct caller *c = caller_new();

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Status\"}");
	assert_int_equal(caller_count(caller_hear(c)), 1);
	caller_say(c, "{\"method\":\"io.reprise.Status\",\"parameters\":{}}");
	assert_int_equal(caller_count(caller_hear(c)), 2);
	caller_end(c);
}

static void control_changes(void)
{
	control_changed(control, "draining");
}

static void get_info_names_the_interface(void **state)
{
	struct caller *c = caller_new();
	json_t *list;

	(void)state;
	caller_say(c, "{\"method\":\"org.varlink.service.GetInfo\"}");
	list = json_object_get(json_object_get(caller_hear(c), "parameters"),
			       "interfaces");
	assert_string_equal(json_string_value(json_array_get(list, 1)),
			    "io.reprise");
	caller_end(c);
}

static void reboot_hands_over_strategy_and_wait(void **state)
{
	static const struct {
		const char *text;
		enum wish wish;
		bool wait;
	} calls[] = {
		{ "{}", WISH_REBOOT, false },
		{ "{\"strategy\":\"auto\",\"wait\":true}", WISH_REBOOT, true },
		{ "{\"strategy\":\"in_place\"}", WISH_IN_PLACE, false },
		{ "{\"wait\":false,\"strategy\":\"full\"}", WISH_FULL, false },
	};
	struct caller *c = caller_new();

	(void)state;
	for (int i = 0; i < 4; i++) {
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"method\":\"io.reprise.Reboot\","
			 "\"parameters\":%s}",
			 calls[i].text);
		caller_say(c, text);
		caller_say(c, "{\"method\":\"io.reprise.Status\"}"); /* waits */
		while (asked.reboots == i)
			caller_turn();
		assert_int_equal(asked.wish, calls[i].wish);
		assert_int_equal(asked.wait, calls[i].wait);
		control_reply(control, asked.call[i],
			      json_pack("{s:{s:i}}", "restart", "n", i));
		assert_non_null(json_object_get(
			json_object_get(caller_hear(c), "parameters"),
			"restart"));
		assert_true(caller_count(caller_hear(c)) > 0);
	}
	caller_end(c);
}

static void plan_and_reboot_hand_over_the_budget(void **state)
{
	struct caller *c = caller_new();
	json_t *plan;

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Plan\",\"parameters\":"
		      "{\"strategy\":\"full\",\"budget_us\":5000000}}");
	plan = json_object_get(json_object_get(caller_hear(c), "parameters"),
			       "plan");
	assert_int_equal(json_integer_value(json_object_get(plan, "wish")),
			 WISH_FULL);
	assert_int_equal(json_integer_value(json_object_get(plan, "budget_us")),
			 5000000);
	caller_say(c, "{\"method\":\"io.reprise.Reboot\",\"parameters\":"
		      "{\"budget_us\":7}}");
	while (asked.reboots == 0)
		caller_turn();
	assert_int_equal(asked.budget_us, 7);
	caller_end(c);
}

static void bad_calls_are_refused_by_name(void **state)
{
	static const struct {
		const char *text, *error, *key, *value;
	} bad[] = {
		{ "{\"method\":\"io.reprise.Dance\"}",
		  "org.varlink.service.MethodNotFound", "method",
		  "io.reprise.Dance" },
		{ "{\"method\":\"io.reprise.Reboot\",\"parameters\":"
		  "{\"strategy\":\"fast\"}}",
		  "org.varlink.service.InvalidParameter", "parameter",
		  "strategy" },
		{ "{\"method\":\"io.reprise.Reboot\",\"parameters\":"
		  "{\"strategy\":7}}",
		  "org.varlink.service.InvalidParameter", "parameter",
		  "strategy" },
		{ "{\"method\":\"io.reprise.Reboot\",\"parameters\":"
		  "{\"wait\":1}}",
		  "org.varlink.service.InvalidParameter", "parameter", "wait" },
		{ "{\"method\":\"io.reprise.Stop\",\"parameters\":"
		  "{\"now\":1}}",
		  "org.varlink.service.InvalidParameter", "parameter", "now" },
	};
	struct caller *c = caller_new();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		caller_say(c, bad[i].text);
		assert_string_equal(caller_error(caller_hear(c)), bad[i].error);
		assert_string_equal(caller_parameter(c->message, bad[i].key),
				    bad[i].value);
	}
	assert_int_equal(asked.reboots + asked.stops, 0);
	caller_end(c);
}

static void error_has_name_and_sentence(void **state)
{
	struct caller *c = caller_new(), *other = caller_new();

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Reboot\"}");
	caller_say(other, "{\"method\":\"io.reprise.Status\"}");
	caller_hear(other);
	control_error(control, asked.call[0], "Busy", "a st\xf6p is under way");
	assert_string_equal(caller_error(caller_hear(c)), "io.reprise.Busy");
	assert_string_equal(caller_parameter(c->message, "sentence"),
			    "a st?p is under way");
	caller_end(c);
	caller_end(other);
}

static void stop_may_be_now(void **state)
{
	struct caller *c = caller_new();

	(void)state;
	caller_call(c, "Stop");
	caller_hear(c);
	assert_false(asked.now);
	assert_false(asked.wait_memory);
	caller_say(c, "{\"method\":\"io.reprise.Stop\",\"parameters\":"
		      "{\"now\":true,\"wait_memory\":true}}");
	caller_hear(c);
	assert_true(asked.now);
	assert_true(asked.wait_memory);
	caller_end(c);
}

static void oneway_call_has_no_answer(void **state)
{
	struct caller *c = caller_new();

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Stop\",\"oneway\":true}");
	caller_say(c, "{\"method\":\"io.reprise.Status\"}");
	assert_int_equal(caller_count(caller_hear(c)), 1);
	assert_int_equal(asked.stops, 1);
	caller_end(c);
}

static void watcher_hears_of_each_change(void **state)
{
	struct caller *c = caller_new();

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Status\",\"more\":true}");
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(caller_count(caller_hear(c)), i);
		assert_true(
			json_is_true(json_object_get(c->message, "continues")));
		control_changes();
	}
	caller_end(c);
}

static void waiting_caller_hears_of_each_state(void **state)
{
	struct caller *c = caller_new();

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Reboot\",\"more\":true,"
		      "\"parameters\":{\"wait\":true}}");
	while (!asked.reboots)
		caller_turn();
	control_changes();
	assert_string_equal(caller_parameter(caller_hear(c), "state"),
			    "draining");
	assert_true(json_is_true(json_object_get(c->message, "continues")));
	control_reply(control, asked.call[0], json_pack("{s:{}}", "restart"));
	assert_string_equal(caller_parameter(caller_hear(c), "state"), "none");
	assert_null(json_object_get(c->message, "continues"));
	caller_end(c);
}

static void null_parameter_is_none(void **state)
{
	struct caller *c = caller_new();

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Reboot\",\"parameters\":"
		      "{\"strategy\":null,\"wait\":null}}");
	while (!asked.reboots)
		caller_turn();
	assert_int_equal(asked.wish, WISH_REBOOT);
	caller_end(c);
	c = caller_new();
	caller_say(c, "{\"method\":\"io.reprise.Status\","
		      "\"parameters\":null}");
	assert_true(caller_count(caller_hear(c)) > 0);
	caller_end(c);
}

static void console_goes_on_from_a_position(void **state)
{
	struct caller *c = caller_new();
	json_t *parameters;

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Console\",\"parameters\":"
		      "{\"position\":41}}");
	parameters = json_object_get(caller_hear(c), "parameters");
	assert_int_equal(
		json_integer_value(json_object_get(parameters, "next")), 42);
	caller_end(c);
}

/* As after an exec: the connection is another descriptor, the call open. */
static void joined_connection_gets_the_answer_of_its_call(void **state)
{
	struct caller *c = caller_new();
	bool more = true;
	uint32_t call;
	int fd;

	(void)state;
	caller_call(c, "Reboot");
	while (asked.reboots == 0)
		caller_turn();
	fd = dup(control_connection(control, asked.call[0], &more));
	assert_true(fd >= 0);
	assert_false(more);
	assert_int_equal(control_connection(control, 4711, &more), -1);
	call = control_join(control, fd, true);
	control_changed(control, "adopting");
	assert_string_equal(caller_parameter(caller_hear(c), "state"),
			    "adopting");
	control_reply(control, call, json_pack("{s:{}}", "restart"));
	assert_non_null(json_object_get(
		json_object_get(caller_hear(c), "parameters"), "restart"));
	caller_end(c);
}

static void last_answer_is_sent_before_the_close(void **state)
{
	struct caller *c = caller_new(), *other = caller_new();

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Reboot\"}");
	caller_say(other, "{\"method\":\"io.reprise.Status\"}");
	caller_hear(other);
	control_reply(control, asked.call[0], json_pack("{s:{}}", "restart"));
	control_close(control);
	control = NULL;
	assert_non_null(caller_hear(c));
	assert_null(caller_hear(c));
	caller_end(c);
	caller_end(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALLER_TEST(status_is_answered),
		CALLER_TEST(get_info_names_the_interface),
		CALLER_TEST(reboot_hands_over_strategy_and_wait),
		CALLER_TEST(plan_and_reboot_hand_over_the_budget),
		CALLER_TEST(bad_calls_are_refused_by_name),
		CALLER_TEST(error_has_name_and_sentence),
		CALLER_TEST(stop_may_be_now),
		CALLER_TEST(oneway_call_has_no_answer),
		CALLER_TEST(watcher_hears_of_each_change),
		CALLER_TEST(waiting_caller_hears_of_each_state),
		CALLER_TEST(null_parameter_is_none),
		CALLER_TEST(console_goes_on_from_a_position),
		CALLER_TEST(joined_connection_gets_the_answer_of_its_call),
		CALLER_TEST(last_answer_is_sent_before_the_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
