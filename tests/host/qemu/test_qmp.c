// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_qmp.c - a monitor's client against peers of all kinds
 */
#include "host/qemu/qmp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/loop.h"

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n"
#define OK(id) "{\"return\": {}, \"id\": " id "}\r\n"
#define EVENT "{\"timestamp\": {}, \"event\": \"STOP\"}\r\n"

enum { DEEP = 60000, FLOOD = 20000, LINE_MAX_BYTES = 65536 };

static struct loop loop;
static struct qmp *qmp;
static int peer;
static int ups, events, replies, refusals, losses;
static const char *why;

static void on_up(void *ctx)
{
	(void)ctx;
	ups++;
}

static void on_event(void *ctx, const char *name, const json_t *data)
{
	(void)ctx;
	(void)data;
	assert_string_equal(name, "STOP");
	events++;
}

static void on_reply(void *ctx, enum qmp_command command, const json_t *result)
{
	(void)ctx;
	(void)command;
	replies++;
	refusals += !result;
}

static void on_lost(void *ctx, const char *reason)
{
	(void)ctx;
	losses++;
	why = reason;
}

static const struct qmp_ops ops = {
	.up = on_up,
	.event = on_event,
	.reply = on_reply,
	.lost = on_lost,
};

static int set_up(void **state)
{
	int fds[2];

	(void)state;
	ups = events = replies = refusals = losses = 0;
	why = NULL;
	assert_int_equal(loop_init(&loop), 0);
	assert_int_equal(socketpair(AF_UNIX,
				    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
				    0, fds),
			 0);
	peer = fds[1];
	return qmp_open(&qmp, &loop, fds[0], &ops, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	qmp_close(qmp);
	if (peer >= 0)
		close(peer);
	loop_close(&loop);
	return 0;
}

/* The client hears all of it, in as many pieces as the socket makes. */
static void say_bytes(const char *bytes, size_t n)
{
	while (n) {
		ssize_t sent = send(peer, bytes, n, MSG_NOSIGNAL);

		if (sent > 0) {
			bytes += sent;
			n -= (size_t)sent;
		} else {
			assert_int_equal(errno, EAGAIN);
			if (losses)
				return;
		}
		qmp_drain(qmp);
	}
}

static void say(const char *text)
{
	say_bytes(text, strlen(text));
}

static void come_up(void)
{
	say(GREETING OK("0"));
	assert_int_equal(ups, 1);
}

static void assert_lost(const char *reason)
{
	assert_int_equal(losses, 1);
	assert_non_null(why);
	if (!strstr(why, reason))
		fail_msg("'%s' is not '%s'", why, reason);
	assert_int_equal(qmp_send(qmp, QMP_CONT), -ENOTCONN);
}

static void greeting_is_answered_and_then_it_is_up(void **state)
{
	char text[128] = "";

	(void)state;
	say(GREETING);
	assert_int_equal(ups, 0);
	assert_true(recv(peer, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text,
			    "{\"execute\":\"qmp_capabilities\",\"id\":0}\n");
	say(OK("0"));
	assert_int_equal(ups, 1);
	assert_int_equal(losses, 0);
}

static void replies_come_in_the_order_of_the_commands(void **state)
{
	(void)state;
	come_up();
	assert_int_equal(qmp_send(qmp, QMP_ALLOW_RESET), 0);
	assert_int_equal(qmp_send(qmp, QMP_RESET), 0);
	say(OK("2") EVENT "{\"id\": 3, \"error\": {\"class\": \"x\"}}\n");
	assert_int_equal(replies, 2);
	assert_int_equal(refusals, 1);
	assert_int_equal(events, 1);
	assert_int_equal(losses, 0);
}

static void lines_in_pieces_are_whole_lines(void **state)
{
	static const char text[] = GREETING OK("0") EVENT EVENT;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		say_bytes(text + i, 1);
	assert_int_equal(ups, 1);
	assert_int_equal(events, 2);
}

static void half_a_line_is_waited_for(void **state)
{
	(void)state;
	come_up();
	say("{\"event\": \"ST");
	assert_int_equal(events + losses, 0);
	close(peer);
	peer = -1;
	qmp_drain(qmp);
	assert_int_equal(events, 0);
	assert_int_equal(losses, 1);
	assert_null(why); /* it has closed, and that is all that is known */
}

static void peer_that_breaks_the_protocol_is_left(void **state)
{
	static const struct {
		const char *said, *why;
	} bad[] = {
		{ "SSH-2.0-OpenSSH_9.2\r\n", "does not greet" },
		{ "{}\n", "does not greet" },
		{ "\n", "does not greet" },
		{ OK("0"), "does not greet" },
		{ EVENT, "does not greet" },
		{ "{\"QMP\": 7}\n", "does not greet" },
		{ GREETING GREETING, "greets twice" },
		{ GREETING "{\"error\": {}, \"id\": 0}\n", "refuses" },
		{ GREETING "{\"return\": {}}\n", "was not asked" },
		{ GREETING OK("1"), "was not asked" },
		{ GREETING OK("\"0\""), "was not asked" },
		{ GREETING OK("0.0"), "was not asked" },
		{ GREETING OK("0") OK("0"), "was not asked" },
		{ GREETING OK("0") OK("5"), "was not asked" },
		{ GREETING OK("0") OK("-1"), "was not asked" },
		{ GREETING OK("0") OK("99999999999999999999"), "never says" },
		{ GREETING OK("0") "{\"error\": {\"desc\": \"x\"}}\n",
		  "was not asked" },
		{ GREETING OK("0") "qemu: warning\n", "never says" },
		{ GREETING OK("0") "{\"event\": 7}\n", "never says" },
		{ GREETING OK("0") "[]\n", "never says" },
		{ GREETING OK("0") "{\"event\": \"STOP\"} {}\n", "never says" },
		{ GREETING OK("0") "{\"event\": \"\xff\"}\n", "never says" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (i)
			set_up(state);
		say(bad[i].said);
		if (!losses)
			fail_msg("taken: %s", bad[i].said);
		assert_lost(bad[i].why);
		assert_int_equal(events, 0);
		if (i + 1 < ARRAY_SIZE(bad))
			tear_down(state);
	}
}

static void reply_to_another_command_is_not_taken_for_it(void **state)
{
	(void)state;
	come_up();
	assert_int_equal(qmp_send(qmp, QMP_STATUS), 0);
	assert_int_equal(qmp_send(qmp, QMP_CONT), 0);
	say(OK("5"));
	assert_int_equal(replies, 0);
	assert_lost("was not asked");
}

static void line_without_end_is_left_at_its_bound(void **state)
{
	static char bytes[2 * LINE_MAX_BYTES];

	(void)state;
	come_up();
	memset(bytes, 'x', sizeof(bytes));
	say_bytes(bytes, LINE_MAX_BYTES - 1);
	assert_int_equal(losses, 0);
	say_bytes(bytes, sizeof(bytes));
	assert_lost("does not end");
}

static void deep_nesting_is_left(void **state)
{
	static char bytes[DEEP + 1];

	(void)state;
	come_up();
	memset(bytes, '[', DEEP);
	bytes[DEEP] = '\n';
	say_bytes(bytes, sizeof(bytes));
	assert_lost("never says");
}

static void flood_of_events_is_heard_and_harmless(void **state)
{
	(void)state;
	come_up();
	assert_int_equal(qmp_send(qmp, QMP_CONT), 0);
	for (int i = 0; i < FLOOD; i++)
		say(EVENT);
	say(OK("5"));
	assert_int_equal(events, FLOOD);
	assert_int_equal(replies, 1);
	assert_int_equal(losses, 0);
}

static void event_before_it_is_up_is_not_for_us(void **state)
{
	(void)state;
	say(GREETING EVENT OK("0") EVENT);
	assert_int_equal(events, 1);
	assert_int_equal(losses, 0);
}

/* A QEMU that reads but never answers: what waits has a bound. */
static void commands_without_answers_end_at_a_bound(void **state)
{
	int r = 0;

	(void)state;
	come_up();
	for (int i = 0; i < 1000 && r == 0; i++)
		r = qmp_send(qmp, QMP_STATUS);
	assert_int_equal(r, -EAGAIN);
	assert_int_equal(losses, 0);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(greeting_is_answered_and_then_it_is_up),
		FRESH(replies_come_in_the_order_of_the_commands),
		FRESH(lines_in_pieces_are_whole_lines),
		FRESH(half_a_line_is_waited_for),
		FRESH(peer_that_breaks_the_protocol_is_left),
		FRESH(reply_to_another_command_is_not_taken_for_it),
		FRESH(line_without_end_is_left_at_its_bound),
		FRESH(deep_nesting_is_left),
		FRESH(flood_of_events_is_heard_and_harmless),
		FRESH(event_before_it_is_up_is_not_for_us),
		FRESH(commands_without_answers_end_at_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
