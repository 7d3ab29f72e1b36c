// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_progress.c - the line of what is waited for
 */
#include "host/verbs/progress.h"

#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_MS = 5000, DEADLINE_S = 60 };

static int other, tty, before;
static struct progress p;

/* It waits for long already, on a terminal. */
static int set_up(void **state)
{
	(void)state;
	alarm(DEADLINE_S);
	before = dup(STDERR_FILENO);
	if (openpty(&other, &tty, NULL, NULL, NULL) < 0)
		return -1;
	progress_begin(&p, "web");
	p.since_ms -= LONG_MS;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(before);
	close(tty);
	close(other);
	return 0;
}

/* What the terminal is told by @fn; "": nothing. A mark ends it. */
static const char *told(void (*fn)(const char *), const char *text)
{
	static char said[512];
	size_t len = 0;

	dup2(tty, STDERR_FILENO);
	fn(text);
	fputc('!', stderr);
	dup2(before, STDERR_FILENO);
	while (!len || said[len - 1] != '!') {
		ssize_t n = read(other, said + len, sizeof(said) - 1 - len);

		assert_true(n > 0);
		len += (size_t)n;
	}
	said[len - 1] = '\0';
	return said;
}

static void tell(const char *state)
{
	progress_tell(&p, state);
}

static void show(const char *json)
{
	json_t *status = json_loads(json, 0, NULL);

	assert_non_null(status);
	progress_show(&p, status);
	json_decref(status);
}

static void end(const char *unused)
{
	(void)unused;
	progress_end(&p);
}

static void shim_cannot_steer_the_terminal(void **state)
{
	(void)state;
	assert_string_equal(told(tell, "asking\033[2J\302\233"),
			    "\r\033[Kweb: asking?[2J??, 5 s");
}

static void drain_says_how_far_it_is(void **state)
{
	(void)state;
	assert_string_equal(
		told(show, "{\"state\":\"draining\",\"draining\":[{"
			   "\"at_exit_bytes\":68719476736,"
			   "\"held_bytes\":55405129728,"
			   "\"rate\":1395864371,\"left_us\":9000000}]}"),
		"\r\033[Kweb: draining 12.4 of 64.0 GiB, 1.3 GiB/s, 9 s left");
}

static void start_says_what_it_waits_for(void **state)
{
	(void)state;
	assert_string_equal(told(show, "{\"state\":\"waiting for memory\","
				       "\"waits_for\":\"it needs 2 GiB\"}"),
			    "\r\033[Kweb: waiting for memory: it needs 2 GiB");
}

/* Whoever tells more often draws no more. */
static void line_is_drawn_once_a_second_and_wiped_once(void **state)
{
	(void)state;
	assert_string_equal(told(tell, "one"), "\r\033[Kweb: one, 5 s");
	assert_string_equal(told(tell, "two"), "");
	p.drawn_ms -= LONG_MS;
	p.since_ms -= LONG_MS;
	assert_string_equal(told(tell, NULL), "\r\033[Kweb: two, 10 s");
	assert_string_equal(told(end, NULL), "\r\033[K");
	assert_string_equal(told(end, NULL), "");
}

static void what_takes_no_second_shows_nothing(void **state)
{
	(void)state;
	p.since_ms += LONG_MS;
	assert_string_equal(told(tell, "soon"), "");
	assert_string_equal(told(end, NULL), "");
}

static void nothing_is_shown_where_there_is_no_terminal(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	dup2(fd[1], STDERR_FILENO);
	close(fd[1]);
	assert_false(progress_wanted());
	progress_tell(&p, "asking");
	progress_end(&p);
	dup2(before, STDERR_FILENO);
	assert_int_equal(read(fd[0], &(char){ 0 }, 1), 0);
	close(fd[0]);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shim_cannot_steer_the_terminal),
		TEST(drain_says_how_far_it_is),
		TEST(start_says_what_it_waits_for),
		TEST(line_is_drawn_once_a_second_and_wiped_once),
		TEST(what_takes_no_second_shows_nothing),
		TEST(nothing_is_shown_where_there_is_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
