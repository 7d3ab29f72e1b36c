// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_control.c - clients of all kinds on one control socket
 *
 * Server and clients share one loop: it is run until a client has a message or
 * has lost its connection. alarm() is the deadline of all of it.
 */
#include "host/link/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/link/peer.h"
#include "host/loop.h"

enum { DEADLINE_S = 60, SHIM_CALLS = 16 };

struct caller {
	struct peer peer;
	int slot;
	json_t *message;
	bool gone;
};

static struct loop loop;
static struct control *control;
static struct sockaddr_un address;

/* What the shim was asked. */
static struct {
	int statuses, reboots, stops;
	uint32_t call[SHIM_CALLS];
	enum wish wish;
	bool wait;
} shim;

static json_t *on_status(void *ctx)
{
	(void)ctx;
	return json_pack("{s:i}", "count", ++shim.statuses);
}

static void on_reboot(void *ctx, uint32_t call, enum wish wish, bool wait)
{
	(void)ctx;
	shim.call[shim.reboots++] = call;
	shim.wish = wish;
	shim.wait = wait;
}

/* Answers at once, from within the call. */
static void on_stop(void *ctx, uint32_t call)
{
	(void)ctx;
	shim.stops++;
	control_reply(control, call, json_pack("{s:{}}", "end"));
}

static const struct control_ops ops = { on_status, on_reboot, on_stop };

static int set_up(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)state;
	alarm(DEADLINE_S);
	memset(&shim, 0, sizeof(shim));
	/* An abstract name of its own: no file to clear away. */
	address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
		 "reprise-test-%d", (int)getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(loop_init(&loop), 0);
	assert_int_equal(control_open(&control, &loop, fd, &ops, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	control_close(control);
	control = NULL;
	loop_close(&loop);
	return 0;
}

static void on_caller(void *ctx, uint32_t events)
{
	struct caller *c = ctx;

	(void)events;
	c->gone = peer_fill(&c->peer) < 0;
	if (!c->message)
		c->message = peer_next(&c->peer);
	if (c->gone) /* level-triggered: it would be reported for ever */
		loop_remove(&loop, c->slot);
	if (c->gone || c->message)
		loop_stop(&loop);
}

static struct caller *call_up(void)
{
	struct caller *c = calloc(1, sizeof(*c));

	c->peer.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(c->peer.fd, (struct sockaddr *)&address,
				 sizeof(address)),
			 0);
	c->slot = loop_add(&loop, c->peer.fd, EPOLLIN, on_caller, c);
	assert_true(c->slot >= 0);
	return c;
}

static void hang_up(struct caller *c)
{
	loop_remove(&loop, c->slot);
	close(c->peer.fd);
	json_decref(c->message);
	free(c);
}

static void say(struct caller *c, const char *text)
{
	assert_int_equal(send(c->peer.fd, text, strlen(text) + 1, MSG_NOSIGNAL),
			 strlen(text) + 1);
}

/* The next message; NULL: the connection was closed. Owned by @c. */
static json_t *hear(struct caller *c)
{
	json_decref(c->message);
	c->message = peer_next(&c->peer);
	while (!c->message && !c->gone)
		assert_int_equal(loop_run(&loop), 0);
	return c->message;
}

static const char *error_of(json_t *message)
{
	const char *name = json_string_value(json_object_get(message, "error"));

	return name ? name : "none";
}

static const char *parameter_of(json_t *message, const char *key)
{
	const char *value = json_string_value(
		json_object_get(json_object_get(message, "parameters"), key));

	return value ? value : "none";
}

static json_int_t count_of(json_t *message)
{
	json_int_t count = -1;

	(void)json_unpack(message, "{s:{s:{s:I}}}", "parameters", "status",
			  "count", &count);
	return count;
}

static void status_is_answered(void **state)
{
	struct caller *c = call_up();

	(void)state;
	say(c, "{\"method\":\"io.reprise.Status\"}");
	assert_int_equal(count_of(hear(c)), 1);
	say(c, "{\"method\":\"io.reprise.Status\",\"parameters\":{}}");
	assert_int_equal(count_of(hear(c)), 2);
	hang_up(c);
}

static void get_info_names_the_interface(void **state)
{
	struct caller *c = call_up();
	json_t *list;

	(void)state;
	say(c, "{\"method\":\"org.varlink.service.GetInfo\"}");
	list = json_object_get(json_object_get(hear(c), "parameters"),
			       "interfaces");
	assert_string_equal(json_string_value(json_array_get(list, 1)),
			    "io.reprise");
	hang_up(c);
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
		{ "{\"strategy\":\"in-place\"}", WISH_IN_PLACE, false },
		{ "{\"wait\":false,\"strategy\":\"full\"}", WISH_FULL, false },
	};
	struct caller *c = call_up();

	(void)state;
	for (int i = 0; i < 4; i++) {
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"method\":\"io.reprise.Reboot\","
			 "\"parameters\":%s}",
			 calls[i].text);
		say(c, text);
		say(c, "{\"method\":\"io.reprise.Status\"}"); /* waits */
		while (shim.reboots == i) {
			/* Nobody answers: stop the loop by another client. */
			struct caller *other = call_up();

			say(other, "{\"method\":\"io.reprise.Status\"}");
			hear(other);
			hang_up(other);
		}
		assert_int_equal(shim.wish, calls[i].wish);
		assert_int_equal(shim.wait, calls[i].wait);
		control_reply(control, shim.call[i],
			      json_pack("{s:{s:i}}", "restart", "n", i));
		assert_non_null(json_object_get(
			json_object_get(hear(c), "parameters"), "restart"));
		assert_true(count_of(hear(c)) > 0);
	}
	hang_up(c);
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
		  "{\"now\":true}}",
		  "org.varlink.service.InvalidParameter", "parameter", "now" },
	};
	struct caller *c = call_up();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		say(c, bad[i].text);
		assert_string_equal(error_of(hear(c)), bad[i].error);
		assert_string_equal(parameter_of(c->message, bad[i].key),
				    bad[i].value);
	}
	assert_int_equal(shim.reboots + shim.stops, 0);
	hang_up(c);
}

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
	struct caller *good = call_up();

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		struct caller *c = call_up();

		say(c, garbage[i]);
		assert_null(hear(c));
		hang_up(c);
	}
	say(good, "{\"method\":\"io.reprise.Status\"}");
	assert_int_equal(count_of(hear(good)), 1);
	hang_up(good);
}

static void endless_message_costs_the_connection(void **state)
{
	static char bytes[PEER_BYTES + 4096];
	struct caller *c = call_up();

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	(void)!send(c->peer.fd, bytes, sizeof(bytes),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	assert_null(hear(c));
	hang_up(c);
}

static void halves_of_a_message_are_joined(void **state)
{
	struct caller *c = call_up();

	(void)state;
	assert_int_equal(send(c->peer.fd, "{\"method\":", 10, 0), 10);
	for (int i = 0; i < 2; i++) { /* the loop turns meanwhile */
		struct caller *other = call_up();

		say(other, "{\"method\":\"io.reprise.Status\"}");
		hear(other);
		hang_up(other);
	}
	say(c, "\"io.reprise.Status\"}");
	assert_int_equal(count_of(hear(c)), 3);
	hang_up(c);
}

static void answer_to_a_client_that_left_goes_nowhere(void **state)
{
	struct caller *c = call_up(), *other = call_up();

	(void)state;
	say(c, "{\"method\":\"io.reprise.Reboot\"}");
	say(other, "{\"method\":\"io.reprise.Status\"}");
	hear(other);
	assert_int_equal(shim.reboots, 1);
	hang_up(c);
	say(other, "{\"method\":\"io.reprise.Status\"}");
	hear(other);
	control_reply(control, shim.call[0], json_pack("{s:{}}", "restart"));
	control_error(control, shim.call[0], "Busy", "no");
	control_reply(control, 0, json_object());
	say(other, "{\"method\":\"io.reprise.Status\"}");
	assert_non_null(hear(other));
	hang_up(other);
}

static void error_has_name_and_sentence(void **state)
{
	struct caller *c = call_up(), *other = call_up();

	(void)state;
	say(c, "{\"method\":\"io.reprise.Reboot\"}");
	say(other, "{\"method\":\"io.reprise.Status\"}");
	hear(other);
	control_error(control, shim.call[0], "Busy", "a stop is under way");
	assert_string_equal(error_of(hear(c)), "io.reprise.Busy");
	assert_string_equal(parameter_of(c->message, "sentence"),
			    "a stop is under way");
	hang_up(c);
	hang_up(other);
}

static void oneway_call_has_no_answer(void **state)
{
	struct caller *c = call_up();

	(void)state;
	say(c, "{\"method\":\"io.reprise.Stop\",\"oneway\":true}");
	say(c, "{\"method\":\"io.reprise.Status\"}");
	assert_int_equal(count_of(hear(c)), 1);
	assert_int_equal(shim.stops, 1);
	hang_up(c);
}

static void watcher_hears_of_each_change(void **state)
{
	struct caller *c = call_up();

	(void)state;
	say(c, "{\"method\":\"io.reprise.Status\",\"more\":true}");
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(count_of(hear(c)), i);
		assert_true(
			json_is_true(json_object_get(c->message, "continues")));
		control_changed(control);
	}
	hang_up(c);
}

static void ninth_client_is_refused(void **state)
{
	struct caller *c[9];

	(void)state;
	for (int i = 0; i < 8; i++) {
		c[i] = call_up();
		say(c[i], "{\"method\":\"io.reprise.Status\"}");
		assert_non_null(hear(c[i]));
	}
	c[8] = call_up();
	assert_string_equal(error_of(hear(c[8])), "io.reprise.Busy");
	assert_null(hear(c[8]));
	hang_up(c[8]);
	hang_up(c[0]);
	say(c[1], "{\"method\":\"io.reprise.Status\"}");
	assert_non_null(hear(c[1])); /* the loop has seen that one left */
	c[0] = call_up();
	say(c[0], "{\"method\":\"io.reprise.Status\"}");
	assert_true(count_of(hear(c[0])) > 0);
	for (int i = 0; i < 8; i++)
		hang_up(c[i]);
}

static void last_answer_is_sent_before_the_close(void **state)
{
	struct caller *c = call_up(), *other = call_up();

	(void)state;
	say(c, "{\"method\":\"io.reprise.Reboot\"}");
	say(other, "{\"method\":\"io.reprise.Status\"}");
	hear(other);
	control_reply(control, shim.call[0], json_pack("{s:{}}", "restart"));
	control_close(control);
	control = NULL;
	assert_non_null(hear(c));
	assert_null(hear(c));
	hang_up(c);
	hang_up(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(status_is_answered),
		TEST(get_info_names_the_interface),
		TEST(reboot_hands_over_strategy_and_wait),
		TEST(bad_calls_are_refused_by_name),
		TEST(garbage_costs_only_its_own_connection),
		TEST(endless_message_costs_the_connection),
		TEST(halves_of_a_message_are_joined),
		TEST(answer_to_a_client_that_left_goes_nowhere),
		TEST(error_has_name_and_sentence),
		TEST(oneway_call_has_no_answer),
		TEST(watcher_hears_of_each_change),
		TEST(ninth_client_is_refused),
		TEST(last_answer_is_sent_before_the_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
