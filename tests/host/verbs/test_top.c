// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_top.c - the verb on a terminal that the test plays
 *
 * The verb runs in a child; where an appliance is to run, the test plays its
 * shim. alarm() is the deadline.
 */
#include "host/verbs/verbs.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/clock.h"
#include "host/config/runtime.h"
#include "host/memory/ledger.h"
#include "tests/host/scratch.h"
#include "tests/host/verbs/screen.h"

enum { DEADLINE_S = 60 };

/* What host/main.c has. */
int verb_refuse(const char *error)
{
	fprintf(stderr, "reprise: %s\n", error);
	return VERB_REFUSED;
}

static struct scratch scratch;
static pid_t verb;

/* The shim of "web", as far as it is needed. */
static struct {
	struct runtime runtime;
	int listener, events; /* -1: none */
	bool refuses;	      /* to tell its events */
	char state[24];
} shim;

static int set_up(void **state)
{
	(void)state;
	alarm(DEADLINE_S);
	shim.listener = shim.events = -1;
	shim.refuses = false;
	scratch_make(&scratch);
	setenv("REPRISE_RUNTIME_DIR", scratch.dir, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	screen_close();
	scratch_remove(&scratch);
	return 0;
}

static int run(void)
{
	static const struct verb self = { .name = "top" };
	int code = verb_top(&self, 0, NULL);

	fflush(stdout);
	return code;
}

static void start(unsigned short rows, unsigned short columns)
{
	screen_open(rows, columns);
	verb = fork();
	if (verb == 0) {
		for (int fd = 0; fd < 3; fd++)
			dup2(screen.inner, fd);
		_exit(run());
	}
}

static void be(const char *word)
{
	snprintf(shim.state, sizeof(shim.state), "%s", word);
}

static void shim_begin(const char *word)
{
	char error[SENTENCE_MAX];

	be(word);
	assert_int_equal(runtime_open(&shim.runtime, "web", error), 0);
	shim.listener = runtime_listen(&shim.runtime, RUNTIME_CONTROL, error);
	assert_true(shim.listener >= 0);
}

static void shim_end(void)
{
	close(shim.listener);
	if (shim.events >= 0)
		close(shim.events);
	runtime_remove(&shim.runtime);
	shim.listener = shim.events = -1;
}

/* One call: Status is answered, Events is kept. */
static void serve(void)
{
	int fd = accept(shim.listener, NULL, NULL);
	char call[256] = "", answer[128];
	int n;

	assert_true(fd >= 0);
	assert_true(recv(fd, call, sizeof(call) - 1, 0) > 0);
	n = snprintf(answer, sizeof(answer),
		     "{\"parameters\":{\"status\":{\"state\":\"%s\"}}}",
		     shim.state);
	if (strstr(call, "io.reprise.Status"))
		assert_int_equal(send(fd, answer, (size_t)n + 1, 0), n + 1);
	if (strstr(call, "io.reprise.Events") && !shim.refuses)
		shim.events = fd;
	else
		close(fd);
}

/* As screen_await(), and be the shim meanwhile. */
static void await_served(const char *text)
{
	while (!screen_says(text)) {
		struct pollfd fd[] = { { .fd = screen.outer, .events = POLLIN },
				       { .fd = shim.listener,
					 .events = POLLIN } };

		assert_true(poll(fd, 2, -1) > 0);
		if (fd[1].revents)
			serve();
		if (fd[0].revents)
			screen_read();
	}
}

static void tell_event(void)
{
	static const char event[] =
		"{\"parameters\":{\"event\":{}},\"continues\":true}";

	assert_int_equal(send(shim.events, event, sizeof(event), 0),
			 sizeof(event));
}

static void assert_given_back(void)
{
	int status;

	screen_await(FIRST_SCREEN);
	assert_int_equal(waitpid(verb, &status, 0), verb);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), VERB_DONE);
	assert_true(screen_says("\033[?7h"));
	assert_true(screen_is_as_before());
}

static void q_gives_the_terminal_back(void **state)
{
	(void)state;
	start(24, 80);
	screen_await("q ends");
	assert_non_null(strstr(screen.said, "the host: "));
	assert_true(screen_says("\033[?7l")); /* no line becomes two */
	assert_int_equal(write(screen.outer, "xq", 2), 2);
	assert_given_back();
}

static void interrupt_gives_the_terminal_back(void **state)
{
	(void)state;
	start(24, 80);
	screen_await("q ends");
	assert_int_equal(write(screen.outer, "\003", 1), 1);
	assert_given_back();
}

static void signal_gives_the_terminal_back(void **state)
{
	(void)state;
	start(24, 80);
	screen_await("q ends");
	assert_int_equal(kill(verb, SIGTERM), 0);
	assert_given_back();
}

/* One row is for the keys: of the others there is room for the first. */
static void terminal_of_another_size_is_drawn_anew(void **state)
{
	const struct winsize w = { .ws_row = 2, .ws_col = 8 };

	(void)state;
	start(24, 80);
	screen_await("q ends");
	assert_non_null(strstr(screen.said, "NAME"));
	assert_int_equal(ioctl(screen.outer, TIOCSWINSZ, &w), 0);
	assert_int_equal(kill(verb, SIGWINCH), 0);
	screen_await("\033[Hthe host\033[K\r\nq ends");
	assert_int_equal(write(screen.outer, "q", 1), 1);
	assert_given_back();
}

/* The fastest counts, for the machine may be busy: by the clock alone each
 * would take a second. */
static void event_is_drawn_at_once(void **state)
{
	int64_t fastest_ms = INT64_MAX;

	(void)state;
	start(24, 80);
	screen_await("q ends");
	shim_begin("first");
	while (shim.events < 0) {
		screen.len = 0;
		await_served("q ends");
	}
	for (int i = 0; i < 5; i++) {
		int64_t ms = clock_ms();
		char word[24];

		snprintf(word, sizeof(word), "state-%d", i);
		be(word);
		tell_event();
		screen.len = 0;
		await_served(word);
		ms = clock_ms() - ms;
		fastest_ms = ms < fastest_ms ? ms : fastest_ms;
	}
	assert_in_range(fastest_ms, 0, 700);
	shim_end();
	assert_int_equal(write(screen.outer, "q", 1), 1);
	assert_given_back();
}

/* Right after it was drawn, so that by the clock it would take a second. */
static void shim_that_begins_is_drawn_at_once(void **state)
{
	int64_t fastest_ms = INT64_MAX;

	(void)state;
	start(24, 80);
	screen_await("q ends");
	for (int i = 0; i < 5; i++) {
		int64_t ms = clock_ms();

		shim_begin("serving");
		await_served("serving");
		ms = clock_ms() - ms;
		fastest_ms = ms < fastest_ms ? ms : fastest_ms;
		shim_end();
		do {
			screen.len = 0;
			screen_await("q ends");
		} while (screen_says("web"));
	}
	assert_in_range(fastest_ms, 0, 700);
	assert_int_equal(write(screen.outer, "q", 1), 1);
	assert_given_back();
}

/* Its ledger is none, so the host's line has the path, too. */
static void place_whose_name_is_no_utf8_is_shown(void **state)
{
	char dir[SCRATCH_PATH], ledger[SCRATCH_PATH];

	(void)state;
	scratch_path(&scratch, "caf\xe9", dir);
	scratch_path(&scratch, "caf\xe9/" LEDGER_NAME, ledger);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(mkdir(ledger, 0700), 0);
	setenv("REPRISE_RUNTIME_DIR", dir, 1);
	shim_begin("serving");
	start(24, 80);
	await_served("q ends");
	assert_non_null(strstr(screen.said, "the host: /"));
	assert_non_null(strstr(screen.said, "caf?"));
	assert_non_null(strstr(screen.said, "web                 - serving"));
	shim_end();
	assert_int_equal(write(screen.outer, "q", 1), 1);
	assert_given_back();
}

static void shim_that_has_gone_is_shown_no_more(void **state)
{
	(void)state;
	start(24, 80);
	screen_await("q ends");
	shim_begin("serving");
	await_served("serving");
	shim_end();
	do {
		screen.len = 0;
		screen_await("q ends");
	} while (strstr(screen.said, "serving") || strstr(screen.said, "web"));
	assert_int_equal(write(screen.outer, "q", 1), 1);
	assert_given_back();
}

/* That it hangs up is an event, but it is not called again for that. */
static void shim_that_refuses_to_tell_keeps_nobody_busy(void **state)
{
	int64_t begin_ms;

	(void)state;
	shim.refuses = true;
	start(24, 80);
	screen_await("q ends");
	shim_begin("serving");
	await_served("serving");
	begin_ms = clock_ms();
	for (int i = 0; i < 6; i++) {
		screen.len = 0;
		await_served("q ends");
	}
	assert_true(clock_ms() - begin_ms > 2000);
	shim_end();
	assert_int_equal(write(screen.outer, "q", 1), 1);
	assert_given_back();
}

/* Return: the code of the verb in the background of a session of its own */
static int run_behind(void)
{
	pid_t behind;
	int status;

	if (setsid() < 0 || ioctl(screen.inner, TIOCSCTTY, 0) < 0)
		return 90;
	behind = fork();
	if (behind == 0) {
		setpgid(0, 0);
		for (int fd = 0; fd < 3; fd++)
			dup2(screen.inner, fd);
		_exit(run());
	}
	if (waitpid(behind, &status, WUNTRACED) != behind)
		return 91;
	if (WIFSTOPPED(status))
		kill(behind, SIGKILL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 92;
}

/* Whose terminal it is not may not be touched, or the kernel stops it. */
static void background_is_told_once(void **state)
{
	int status;

	(void)state;
	screen_open(24, 80);
	verb = fork();
	if (verb == 0)
		_exit(run_behind());
	screen_await("the host: ");
	assert_int_equal(waitpid(verb, &status, 0), verb);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), VERB_DONE);
	assert_null(strstr(screen.said, "q ends"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(q_gives_the_terminal_back),
		TEST(interrupt_gives_the_terminal_back),
		TEST(signal_gives_the_terminal_back),
		TEST(terminal_of_another_size_is_drawn_anew),
		TEST(event_is_drawn_at_once),
		TEST(shim_that_begins_is_drawn_at_once),
		TEST(place_whose_name_is_no_utf8_is_shown),
		TEST(shim_that_has_gone_is_shown_no_more),
		TEST(shim_that_refuses_to_tell_keeps_nobody_busy),
		TEST(background_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
