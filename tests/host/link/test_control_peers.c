// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_control_peers.c - clients that are broken, gone or too
 * many
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "tests/host/link/caller.h"

static void garbage_costs_only_its_own_connection(void **state)
{
	static const char *const garbage[] = {
		"",
		"hello",
		"[]",
		"7",
		"{\"method\":1}",
		"{\"method\":\"x\"",
		"{\"method\":\"x\",\"parameters\":[]}",
		"{\"method\":\"x\",\"method\":\"y\"}",
		"\xff\xfe",
	};
	struct caller *good = caller_new();

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		struct caller *c = caller_new();

		caller_say(c, garbage[i]);
		assert_null(caller_hear(c));
		caller_end(c);
	}
	caller_say(good, "{\"method\":\"io.reprise.Status\"}");
	assert_int_equal(caller_count(caller_hear(good)), 1);
	caller_end(good);
}

static void endless_message_costs_the_connection(void **state)
{
	static char bytes[PEER_BYTES + 4096];
	struct caller *c = caller_new();

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	(void)!send(c->peer.fd, bytes, sizeof(bytes),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	assert_null(caller_hear(c));
	caller_end(c);
}

/* Deeper than a parser should follow, in a message of the longest size. */
static void nesting_costs_the_connection(void **state)
{
	static char bytes[PEER_BYTES];
	struct caller *c = caller_new();

	(void)state;
	memset(bytes, '[', sizeof(bytes) - 1);
	caller_say(c, bytes);
	assert_null(caller_hear(c));
	caller_end(c);
	caller_turn();
}

static void halves_of_a_message_are_joined(void **state)
{
	struct caller *c = caller_new();

	(void)state;
	assert_int_equal(send(c->peer.fd, "{\"method\":", 10, 0), 10);
	caller_turn();
	caller_turn();
	caller_say(c, "\"io.reprise.Status\"}");
	assert_int_equal(caller_count(caller_hear(c)), 3);
	caller_end(c);
}

static void answer_to_a_client_that_left_goes_nowhere(void **state)
{
	struct caller *c = caller_new(), *other = caller_new();

	(void)state;
	caller_say(c, "{\"method\":\"io.reprise.Reboot\"}");
	caller_say(other, "{\"method\":\"io.reprise.Status\"}");
	caller_hear(other);
	assert_int_equal(asked.reboots, 1);
	caller_end(c);
	caller_say(other, "{\"method\":\"io.reprise.Status\"}");
	caller_hear(other);
	assert_int_equal(asked.gone, 1);
	assert_int_equal(asked.gone_call[0], asked.call[0]);
	control_reply(control, asked.call[0], json_pack("{s:{}}", "restart"));
	control_error(control, asked.call[0], "Busy", "no");
	control_reply(control, 0, json_object());
	caller_say(other, "{\"method\":\"io.reprise.Status\"}");
	assert_non_null(caller_hear(other));
	caller_end(other);
	caller_turn();
	assert_int_equal(asked.gone, 1); /* an answered call has no more */
}

static void client_that_sends_a_lot_and_leaves_is_gone(void **state)
{
	static const char *const calls[] = {
		"{\"method\":\"io.reprise.Reboot\"}",
		"{\"method\":\"io.reprise.Status\",\"more\":true}",
	};
	static char bytes[PEER_BYTES + 4096];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct caller *c = caller_new();

		caller_say(c, calls[i]);
		caller_turn();
		assert_int_equal(send(c->peer.fd, bytes, sizeof(bytes),
				      MSG_DONTWAIT | MSG_NOSIGNAL),
				 sizeof(bytes));
		caller_turn();
		caller_end(c);
		caller_turn();
		caller_turn();
		assert_int_equal(asked.gone, 1); /* the Reboot's */
	}
	/* The watcher has left as well: a change is told to nobody. */
	asked.statuses = 0;
	control_changed(control, "serving");
	caller_turn();
	assert_int_equal(asked.statuses, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALLER_TEST(garbage_costs_only_its_own_connection),
		CALLER_TEST(endless_message_costs_the_connection),
		CALLER_TEST(nesting_costs_the_connection),
		CALLER_TEST(halves_of_a_message_are_joined),
		CALLER_TEST(answer_to_a_client_that_left_goes_nowhere),
		CALLER_TEST(client_that_sends_a_lot_and_leaves_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
