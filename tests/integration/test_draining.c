// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_draining.c - what is seen of a generation that drains
 *
 * On the stand-in (tests/pvmodel), whose helper is held at its end
 * (tests/integration/held.h) until the test has seen what it wants to see.
 */
#include "tests/integration/both.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/integration/held.h"
#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

static const char under_test[] = "under-test";
static pid_t helper; /* that is held */
static struct child events, verb, second;

static int close_all(void **state)
{
	child_close(&events);
	child_close(&verb);
	child_close(&second);
	return both_close(state);
}

static void begin(struct rig *r, struct child *c, const char *const argv[])
{
	if (child_start(c, argv, -1) < 0)
		rig_fail(r, argv[1]);
}
#define BEGIN(r, c, ...)                                                       \
	begin((r), (c),                                                        \
	      (const char *const[]){ rig_program(), __VA_ARGS__, NULL })

static void await(struct rig *r, struct child *c, enum child_stream s,
		  const char *text)
{
	if (!child_await_text(c, s, text))
		rig_fail(r, text);
}

static void await_done(struct rig *r, struct child *c)
{
	if (!child_await_end(c))
		rig_fail(r, "it does not end");
	assert_int_equal(c->code, 0);
}

/* What a verb says, in @verb. */
static const char *say(struct rig *r, const char *what, const char *more)
{
	const char *const args[] = { what, more, NULL };

	child_close(&verb);
	rig_verb(r, &verb, args);
	assert_int_equal(verb.code, 0);
	return verb.text[CHILD_OUT];
}

static void watch(struct rig *r, const char *script)
{
	rig_run_model(r, script, "");
	rig_await_ready(r);
	BEGIN(r, &events, "events", under_test);
	await(r, &events, CHILD_OUT, "\"event\":\"begin\"");
	helper = (pid_t)rig_number(r, "helper");
}

static void start_as(struct rig *r, const char *script)
{
	watch(r, script);
	assert_true(helper > 0);
	assert_true(rig_number(r, "memory_bytes") > 0);
	held_begin(helper);
}

static void start(struct rig *r)
{
	start_as(r, "");
}

/* What the event says that tells of the last end. */
static void assert_drained(const char *text)
{
	const char *drained =
		strstr(events.text[CHILD_OUT], "\"event\":\"drained\"");

	assert_non_null(drained);
	if (!strstr(drained, text))
		fail_msg("%s: %s", text, drained);
}

/* Nobody is left who watches, runs or drains. */
static void end_of(struct rig *r)
{
	rig_assert_end(r, 0);
	if (events.pid)
		await_done(r, &events);
	rig_assert_nothing_left(r);
}

static void stop_is_over_while_memory_drains(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(r);
	assert_non_null(strstr(say(r, "stop", under_test), "clean power-off"));
	assert_string_equal(rig_word(r, "state"), "draining");
	assert_non_null(strstr(say(r, "status", under_test),
			       "draining         generation 1: 0.0 of "));
	assert_non_null(strstr(say(r, "ps", NULL),
			       " draining           generation 1: "));
	assert_non_null(strstr(say(r, "top", NULL), " [------------] 0.0 of "));
	held_let_go(helper);
	end_of(r);
	assert_non_null(
		strstr(events.text[CHILD_OUT], "\"event\":\"draining\""));
	assert_drained("\"qemu_exit\":\"exit status 0\"");
	assert_drained("\"helper_exit\":\"SIGKILL\"");
	assert_drained("\"way\":\"asynchronous\"");
	assert_drained("\"held_bytes\":0,");
	assert_drained("\"left_us\":0");
}

/* As an operator may who takes it for a process too many. */
static void helper_that_somebody_ends_first_is_a_defeat(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	watch(r, "");
	assert_int_equal(kill(helper, SIGKILL), 0);
	rig_await_said(r, "helper has ended before QEMU");
	RIG_DO(r, "stop", under_test, "--wait-memory");
	rig_await_said(r, "defeated: its helper had ended before QEMU "
			  "(SIGKILL)");
	end_of(r);
	assert_drained("\"way\":\"defeated\"");
	assert_drained("\"helper_exit\":\"SIGKILL\"");
}

static void end_without_a_helper_is_synchronous(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	watch(r, "no-helper");
	assert_int_equal(helper, 0);
	RIG_DO(r, "stop", under_test, "--wait-memory");
	end_of(r);
	assert_drained("\"way\":\"synchronous\"");
	assert_drained("\"qemu_exit\":\"exit status 0\"");
}

static void stop_that_waits_for_memory_is_over_after_it(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(r);
	BEGIN(r, &verb, "stop", under_test, "--wait-memory");
	await(r, &events, CHILD_OUT, "\"event\":\"draining\"");
	RIG_DO(r, "stop", under_test); /* this one has its answer */
	child_poll(&verb, -1, 0);
	assert_false(verb.ended);
	held_let_go(helper);
	await_done(r, &verb);
	end_of(r);
}

static void run_after_stop_waits_for_the_last_generation(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(r);
	RIG_DO(r, "stop", under_test);
	BEGIN(r, &second, "run", rig_under_test(r));
	await(r, &second, CHILD_ERR, "its last generation drains");
	held_let_go(helper);
	await(r, &second, CHILD_ERR, "its last generation has ended, after ");
	await(r, &second, CHILD_ERR, "ready after");
	RIG_DO(r, "stop", under_test, "--wait-memory");
	await_done(r, &second);
	end_of(r);
}

/* A socket for what is told to the manager, of which verbs hear. */
static int listen_as_manager(const struct rig *r)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/notify", r->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	setenv("NOTIFY_SOCKET", sun.sun_path, 1);
	return fd;
}

/* It speaks at the begin of each step of one generation's end, then once a
 * second: so often only while it waits for what is held. */
static void assert_release_waits(struct rig *r)
{
	int64_t end_ms = child_deadline();
	int fd, words = 0;
	char word[128];

	RIG_DO(r, "reboot", under_test, "--full", "--wait");
	assert_int_equal(rig_number(r, "generation"), 2);
	orphan_crash(r);
	fd = listen_as_manager(r);
	BEGIN(r, &verb, "release", under_test);
	unsetenv("NOTIFY_SOCKET");
	while (words < 5 && !verb.ended && child_poll(&verb, fd, end_ms))
		while (recv(fd, word, sizeof(word), 0) > 0)
			words++;
	close(fd);
	assert_false(verb.ended);
	held_let_go(helper);
	await_done(r, &verb);
	orphan_nothing_left(r);
}

static void release_waits_for_the_generation_before(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r);
	assert_release_waits(r);
}

/* The kernel has begun to clear its memory: the record alone knows it. */
static void release_waits_for_a_helper_without_a_name(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start_as(r, "nameless-end");
	assert_release_waits(r);
}

static json_int_t draining(struct rig *r, const char *key)
{
	json_t *status = rig_status(r);
	const json_t *all = json_object_get(status, "draining");
	json_int_t n = (json_int_t)json_array_size(all);

	if (key)
		n = json_integer_value(
			json_object_get(json_array_get(all, 0), key));
	json_decref(status);
	return n;
}

static void run_after_a_crash_follows_a_helper_without_a_name(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	int64_t end_ms = child_deadline();

	start_as(r, "nameless-end");
	RIG_DO(r, "reboot", under_test, "--full", "--wait");
	orphan_crash(r);
	rig_run(r, rig_under_test(r), under_test);
	rig_await_ready(r);
	assert_int_equal(draining(r, NULL), 1);
	assert_int_equal(draining(r, "helper"), helper);
	assert_int_equal(draining(r, "generation"), 1);
	held_let_go(helper);
	while (draining(r, NULL) && child_left(end_ms))
		poll(NULL, 0, 10);
	assert_int_equal(draining(r, NULL), 0);
	RIG_DO(r, "stop", under_test);
	assert_int_equal(rig_await_end(r), 0);
	orphan_nothing_left(r);
}

static void run_of_what_serves_is_refused(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run_model(r, "", "");
	rig_await_ready(r);
	BEGIN(r, &second, "run", rig_under_test(r));
	if (!child_await_end(&second))
		rig_fail(r, "it is not refused");
	assert_int_equal(second.code, 1);
	assert_non_null(strstr(second.text[CHILD_ERR], "runs already"));
	RIG_DO(r, "stop", under_test);
	end_of(r);
}

#define HELD(test)                                                             \
	{                                                                      \
#test, test, both_open, close_all, &both_x86_64                \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HELD(stop_is_over_while_memory_drains),
		HELD(helper_that_somebody_ends_first_is_a_defeat),
		HELD(end_without_a_helper_is_synchronous),
		HELD(stop_that_waits_for_memory_is_over_after_it),
		HELD(run_after_stop_waits_for_the_last_generation),
		HELD(release_waits_for_the_generation_before),
		HELD(release_waits_for_a_helper_without_a_name),
		HELD(run_after_a_crash_follows_a_helper_without_a_name),
		HELD(run_of_what_serves_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
