// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_client.c - shims of all kinds, played by a child
 *
 * The child takes one connection, reads one call, sends what the test wants
 * and closes, or waits until the client does.
 */
#include "host/link/client.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/runtime.h"
#include "tests/host/scratch.h"

enum { DEADLINE_S = 60 };

static struct scratch scratch;
static struct runtime rt;
static char error[SENTENCE_MAX];
static pid_t shim;
static int listener;

static int set_up(void **state)
{
	(void)state;
	alarm(DEADLINE_S);
	scratch_make(&scratch);
	setenv("REPRISE_RUNTIME_DIR", scratch.dir, 1);
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	listener = runtime_listen(&rt, RUNTIME_CONTROL, error);
	assert_true(listener >= 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(listener);
	runtime_remove(&rt);
	scratch_remove(&scratch);
	return 0;
}

static void read_to(int fd, char last)
{
	char c = (char)(last + 1);

	while (c != last && read(fd, &c, 1) == 1)
		;
}

/* The next call. Return: its connection */
static int take_call(void)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	int fd;

	if (poll(&p, 1, DEADLINE_S * 1000) <= 0)
		_exit(1);
	fd = accept(listener, NULL, NULL);
	read_to(fd, '\0');
	return fd;
}

/* @answer: whole, with the NUL bytes that it has */
static void play(const char *answer, size_t len, bool stay)
{
	int fd;

	shim = fork();
	if (shim)
		return;
	fd = take_call();
	if (send(fd, answer, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(1);
	if (stay)
		read_to(fd, '\0');
	_exit(0);
}

/* As it ends, just when it is asked whether it is there. */
static void play_end_beside_a_question(const char *answer, size_t len)
{
	int fd;

	shim = fork();
	if (shim)
		return;
	fd = take_call();
	take_call();
	_exit(send(fd, answer, len, MSG_NOSIGNAL) != (ssize_t)len);
}

static void end_play(void)
{
	int status = -1;

	assert_int_equal(waitpid(shim, &status, 0), shim);
	assert_int_equal(status, 0);
}

static int call(const char *answer, size_t len, json_t **reply)
{
	int r;

	play(answer, len, false);
	r = client_call("web", "Status", NULL, -1, reply, error);
	end_play();
	return r;
}

static void call_answered_gives_parameters(void **state)
{
	static const char answer[] = "{\"parameters\":{\"status\":{\"n\":7}}}";
	json_t *reply;
	int n = 0;

	(void)state;
	assert_int_equal(call(answer, sizeof(answer), &reply), 0);
	assert_int_equal(json_unpack(reply, "{s:{s:i}}", "status", "n", &n), 0);
	assert_int_equal(n, 7);
	json_decref(reply);
}

static void call_refused_is_eremoteio_with_sentence(void **state)
{
	static const char answer[] =
		"{\"error\":\"io.reprise.Busy\",\"parameters\":"
		"{\"sentence\":\"a stop is under way\"}}";
	static const char bare[] =
		"{\"error\":\"org.varlink.service.MethodNotFound\"}";
	json_t *reply;

	(void)state;
	assert_int_equal(call(answer, sizeof(answer), &reply), -EREMOTEIO);
	assert_string_equal(error, "web: a stop is under way");
	assert_int_equal(call(bare, sizeof(bare), &reply), -EREMOTEIO);
	assert_non_null(strstr(error, "MethodNotFound"));
}

static void call_cut_off_is_econnreset(void **state)
{
	static const char half[] = "{\"parameters\":{}}";
	json_t *reply;

	(void)state;
	assert_int_equal(call("", 0, &reply), -ECONNRESET);
	assert_non_null(strstr(error, "web: its shim went away"));
	assert_int_equal(call(half, sizeof(half) - 1, &reply), -ECONNRESET);
}

static void call_answered_with_garbage_is_eproto(void **state)
{
	static const char *const garbage[] = { "hello", "[]", "{}",
					       "{\"parameters\":7}",
					       "{\"error\":7}" };
	json_t *reply;

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		assert_int_equal(
			call(garbage[i], strlen(garbage[i]) + 1, &reply),
			-EPROTO);
}

static void call_unanswered_times_out(void **state)
{
	json_t *reply;

	(void)state;
	play("", 0, true);
	assert_int_equal(client_call("web", "Status", NULL, 100, &reply, error),
			 -ETIMEDOUT);
	end_play();
}

static void call_of_what_does_not_run_is_enoent(void **state)
{
	json_t *reply;

	(void)state;
	assert_int_equal(client_call("db", "Reboot",
				     json_pack("{s:b}", "wait", 1), -1, &reply,
				     error),
			 -ENOENT);
	assert_non_null(strstr(error, "db is not running"));
}

static bool is_three(void *ctx, json_t *parameters)
{
	int *seen = ctx;
	int n = 0;

	(void)json_unpack(parameters, "{s:i}", "n", &n);
	(*seen)++;
	return n == 3;
}

static void watch_ends_when_it_has_enough(void **state)
{
	static const char answers[] =
		"{\"parameters\":{\"n\":1},\"continues\":true}\0"
		"{\"parameters\":{\"n\":3},\"continues\":true}\0"
		"{\"parameters\":{\"n\":4},\"continues\":true}";
	int seen = 0;

	(void)state;
	play(answers, sizeof(answers), true);
	assert_int_equal(
		client_watch("web", "Status", NULL, is_three, &seen, -1, error),
		0);
	assert_int_equal(seen, 2);
	end_play();
}

static void watch_of_a_shim_that_ends_is_econnreset(void **state)
{
	static const char answers[] =
		"{\"parameters\":{\"n\":1},\"continues\":true}";
	int seen = 0;

	(void)state;
	play(answers, sizeof(answers), false);
	assert_int_equal(
		client_watch("web", "Status", NULL, is_three, &seen, -1, error),
		-ECONNRESET);
	end_play();
}

/* After ten seconds of silence the client asks, and has no answer to that. */
static void
watch_hears_the_answer_of_a_shim_that_ends_as_it_is_asked(void **state)
{
	static const char answer[] = "{\"parameters\":{\"n\":3}}";
	int seen = 0;

	(void)state;
	play_end_beside_a_question(answer, sizeof(answer));
	assert_int_equal(
		client_watch("web", "Stop", NULL, is_three, &seen, -1, error),
		0);
	end_play();
}

struct pipe_watch {
	int ends[2], seen;
};

static bool leave(void *ctx, json_t *parameters)
{
	struct pipe_watch *w = ctx;

	(void)parameters;
	w->seen++;
	close(w->ends[0]);
	return false;
}

static void watch_ends_when_its_reader_has_left(void **state)
{
	static const char answer[] =
		"{\"parameters\":{\"n\":1},\"continues\":true}";
	struct pipe_watch w = { .seen = 0 };

	(void)state;
	play(answer, sizeof(answer), true);
	assert_int_equal(pipe(w.ends), 0); /* not the shim's too */
	assert_int_equal(client_watch("web", "Events", NULL, leave, &w,
				      w.ends[1], error),
			 -EPIPE);
	assert_int_equal(w.seen, 1); /* at once, not at the next second */
	close(w.ends[1]);
	end_play();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_answered_gives_parameters),
		cmocka_unit_test(call_refused_is_eremoteio_with_sentence),
		cmocka_unit_test(call_cut_off_is_econnreset),
		cmocka_unit_test(call_answered_with_garbage_is_eproto),
		cmocka_unit_test(call_unanswered_times_out),
		cmocka_unit_test(call_of_what_does_not_run_is_enoent),
		cmocka_unit_test(watch_ends_when_it_has_enough),
		cmocka_unit_test(watch_of_a_shim_that_ends_is_econnreset),
		cmocka_unit_test(
			watch_hears_the_answer_of_a_shim_that_ends_as_it_is_asked),
		cmocka_unit_test(watch_ends_when_its_reader_has_left),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
