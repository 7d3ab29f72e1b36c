// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_control_room.c - too many clients, and those that flood
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

#include "host/link/control_impl.h"
#include "tests/host/link/caller.h"

enum { ALL = CONTROL_CLIENTS };

static struct caller *c[ALL + 1];
static const char busy[] = "io.reprise.Busy";

static void end_callers(int count)
{
	for (int i = 0; i < count; i++)
		caller_end(c[i]);
}

static void one_too_many_pushes_out_the_oldest_idle_one(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		c[i] = caller_new();
		caller_call(c[i], i == 0 ? "Reboot" : "Status");
		if (i)
			assert_non_null(caller_hear(c[i]));
	}
	assert_int_equal(asked.reboots, 1);
	c[ALL] = caller_new();
	caller_call(c[ALL], "Status");
	assert_true(caller_count(caller_hear(c[ALL])) > 0);
	assert_null(caller_hear(c[1]));
	control_reply(control, asked.call[0], json_pack("{s:{}}", "restart"));
	assert_string_equal(caller_error(caller_hear(c[0])), "none");
	assert_false(c[0]->gone);
	end_callers(ALL + 1);
}

/* What a client has sent is not lost when it is pushed out right after. */
static void pushed_out_client_gets_its_answer(void **state)
{
	(void)state;
	for (int i = 0; i <= ALL; i++) {
		c[i] = caller_new();
		caller_call(c[i], "Status");
	}
	for (int i = 0; i <= ALL; i++)
		assert_true(caller_count(caller_hear(c[i])) > 0);
	end_callers(ALL + 1);
}

static void one_beside_open_calls_only_is_refused(void **state)
{
	(void)state;
	for (int i = 0; i < ALL; i++) {
		c[i] = caller_new();
		caller_call(c[i], "Reboot");
		while (asked.reboots <= i && i < ALL - 1)
			caller_turn();
	}
	c[ALL] = caller_new();
	assert_string_equal(caller_error(caller_hear(c[ALL])), busy);
	assert_null(caller_hear(c[ALL]));
	end_callers(ALL + 1);
	caller_turn();
	assert_int_equal(asked.gone, ALL);
}

static const char *error_of_watch(int i, const char *method)
{
	c[i] = caller_new();
	caller_watch(c[i], method);
	return caller_error(caller_hear(c[i]));
}

/* However many look on: who reboots finds room, and is told how it goes. */
static void watchers_leave_room_for_calls(void **state)
{
	int all = 0;

	(void)state;
	for (; all < CONTROL_LOOKERS; all++)
		assert_string_equal(
			error_of_watch(all, all % 2 ? "Events" : "Status"),
			"none");
	assert_string_equal(error_of_watch(all++, "Events"), busy);
	for (int i = 1; all <= CONTROL_WATCHERS; i++) {
		c[all] = caller_new();
		caller_watch(c[all++], "Reboot");
		while (asked.reboots < i)
			caller_turn();
	}
	assert_string_equal(error_of_watch(all, "Reboot"), busy);
	caller_call(c[all], "Stop");
	assert_string_equal(caller_error(caller_hear(c[all])), "none");
	end_callers(all + 1);
}

static void others_may_look_and_no_more(void **state)
{
	struct caller *other = caller_new_other();

	(void)state;
	if (!other)
		skip();
	caller_call(other, "Status");
	assert_int_equal(caller_count(caller_hear(other)), 1);
	for (int i = 0; i < 3; i++) {
		static const char *const methods[] = { "Stop", "Reboot",
						       "Console" };

		caller_call(other, methods[i]);
		assert_string_equal(caller_error(caller_hear(other)),
				    "org.varlink.service.PermissionDenied");
	}
	assert_int_equal(asked.stops + asked.reboots, 0);
	caller_end(other);
}

static void others_push_out_only_each_other(void **state)
{
	struct caller *mine = caller_new();

	(void)state;
	caller_call(mine, "Status");
	caller_hear(mine);
	for (int i = 0; i < ALL; i++) {
		c[i] = caller_new_other();
		if (!c[i])
			skip();
		caller_watch(c[i], "Events");
		assert_string_equal(caller_error(caller_hear(c[i])),
				    i < CONTROL_OTHERS ? "none" : busy);
	}
	caller_call(mine, "Status");
	assert_true(caller_count(caller_hear(mine)) > 0);
	caller_end(mine);
	end_callers(ALL);
}

static void reader_of_events_hears_each_in_order(void **state)
{
	struct caller *reader = caller_new();

	(void)state;
	caller_watch(reader, "Events");
	caller_hear(reader);
	assert_true(control_has_readers(control));
	for (int i = 0; i < 100; i++)
		control_event(control, json_pack("{s:i}", "n", i));
	for (int i = 0; i < 100; i++) {
		int n = -1;

		json_unpack(caller_hear(reader), "{s:{s:{s:i}}}", "parameters",
			    "event", "n", &n);
		assert_int_equal(n, i);
	}
	caller_end(reader);
	caller_turn();
	assert_false(control_has_readers(control));
}

/* Much more than any socket holds. Return: how many events it took */
static int stall(void)
{
	static char text[4096];
	int n = 0;

	memset(text, 'x', sizeof(text) - 1);
	while (control_dropped(control) == 0) {
		control_event(control, json_pack("{s:s}", "text", text));
		caller_turn(); /* one reader, the one that stalls */
		n++;
	}
	return n;
}

static void reader_that_stalls_is_dropped_with_a_count(void **state)
{
	struct caller *slow = caller_new();
	int sent, heard = 0;
	json_int_t missed = 0;

	(void)state;
	caller_watch(slow, "Events");
	caller_hear(slow);
	caller_deafen(slow, true);
	sent = stall();
	for (int i = 0; i < 7; i++, sent++)
		control_event(control, json_pack("{s:i}", "n", i));
	caller_deafen(slow, false);
	while (strcmp(caller_error(caller_hear(slow)), "none") == 0)
		heard++;
	assert_string_equal(caller_error(slow->message), "io.reprise.Stalled");
	json_unpack(slow->message, "{s:{s:I}}", "parameters", "missed",
		    &missed);
	assert_int_equal(heard + missed, sent);
	assert_true(missed > 7);
	/* and may begin again */
	caller_watch(slow, "Events");
	assert_string_equal(caller_error(caller_hear(slow)), "none");
	caller_end(slow);
}

static void reader_that_stalls_gives_way(void **state)
{
	struct caller *slow = caller_new();

	(void)state;
	caller_watch(slow, "Events");
	caller_hear(slow);
	caller_deafen(slow, true);
	stall();
	for (int i = 0; i < ALL; i++) {
		c[i] = caller_new();
		caller_call(c[i], i < ALL - 1 ? "Reboot" : "Status");
		while (i < ALL - 2 && asked.reboots <= i)
			caller_turn();
	}
	assert_true(caller_count(caller_hear(c[ALL - 1])) > 0);
	assert_int_equal(asked.reboots, ALL - 1);
	end_callers(ALL);
	caller_end(slow);
}

/* Calls without end and no answer taken: its own connection only. */
static void flood_disturbs_nobody(void **state)
{
	static const char call[] = "{\"method\":\"io.reprise.Status\"}";
	struct caller *flood = caller_new();

	(void)state;
	caller_deafen(flood, true);
	for (int i = 0; i < 20000; i++)
		if (send(flood->peer.fd, call, sizeof(call),
			 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			caller_turn();
	caller_turn();
	caller_end(flood);
	caller_turn();
}

static void thousand_clients_come_and_go(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct caller *one = caller_new();

		if (i % 3 == 0)
			assert_int_equal(send(one->peer.fd, "{\"meth", 7, 0),
					 7);
		if (i % 10 == 0)
			caller_turn();
		caller_end(one);
	}
	caller_turn();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALLER_TEST(one_too_many_pushes_out_the_oldest_idle_one),
		CALLER_TEST(pushed_out_client_gets_its_answer),
		CALLER_TEST(one_beside_open_calls_only_is_refused),
		CALLER_TEST(watchers_leave_room_for_calls),
		CALLER_TEST(others_may_look_and_no_more),
		CALLER_TEST(others_push_out_only_each_other),
		CALLER_TEST(reader_of_events_hears_each_in_order),
		CALLER_TEST(reader_that_stalls_is_dropped_with_a_count),
		CALLER_TEST(reader_that_stalls_gives_way),
		CALLER_TEST(flood_disturbs_nobody),
		CALLER_TEST(thousand_clients_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
