// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_top_job.c - the verb is stopped, and goes on
 *
 * The verb is the job of a shell that the test plays, with a terminal of its
 * own. alarm() is the deadline; the kernel ends a job whose shell has gone.
 */
#include "host/verbs/verbs.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"
#include "tests/host/verbs/screen.h"

enum { DEADLINE_S = 60, NOT_STOPPED = 90, NOT_GIVEN_BACK = 91 };

#define BACK_AGAIN FIRST_SCREEN OTHER_SCREEN

/* What host/main.c has. */
int verb_refuse(const char *error)
{
	fprintf(stderr, "reprise: %s\n", error);
	return VERB_REFUSED;
}

static struct scratch scratch;
static pid_t shell;

static int set_up(void **state)
{
	(void)state;
	alarm(DEADLINE_S);
	scratch_make(&scratch);
	setenv("REPRISE_RUNTIME_DIR", scratch.dir, 1);
	screen_open(24, 80);
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
	int code;

	for (int fd = 0; fd < 3; fd++)
		dup2(screen.inner, fd);
	code = verb_top(&self, 0, NULL);
	fflush(stdout);
	return code;
}

static void lead_session(void)
{
	if (setsid() < 0 || ioctl(screen.inner, TIOCSCTTY, 0) < 0)
		_exit(NOT_STOPPED);
}

/* In front, as a shell begins it. */
static pid_t begin_job(void)
{
	pid_t job = fork();

	if (job == 0) {
		setpgid(0, 0);
		tcsetpgrp(screen.inner, getpid());
		signal(SIGTTOU, SIG_DFL);
		_exit(run());
	}
	return job;
}

/* It stops by @signal, and is let go on. Return: its code, or one of ours */
static int mind_job(int signal_wanted)
{
	struct termios cooked;
	int status;
	pid_t job;

	lead_session();
	signal(SIGTTOU, SIG_IGN);
	tcgetattr(screen.inner, &cooked);
	job = begin_job();
	if (waitpid(job, &status, WUNTRACED) != job || !WIFSTOPPED(status) ||
	    WSTOPSIG(status) != signal_wanted)
		return NOT_STOPPED;
	if (signal_wanted == SIGTSTP && !screen_is_as_before())
		return NOT_GIVEN_BACK;
	tcsetattr(screen.inner, TCSANOW, &cooked);
	kill(job, SIGCONT);
	waitpid(job, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : NOT_STOPPED;
}

static void begin(int signal_wanted)
{
	shell = fork();
	if (shell == 0)
		_exit(mind_job(signal_wanted));
	screen_await("q ends");
	screen.len = 0;
}

static void assert_goes_on(const char *said)
{
	int status;

	screen_await(said);
	screen_await("q ends");
	assert_false(screen_is_as_before());
	assert_int_equal(write(screen.outer, "q", 1), 1);
	assert_int_equal(waitpid(shell, &status, 0), shell);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), VERB_DONE);
	assert_true(screen_is_as_before());
}

static void suspended_it_gives_the_terminal_back_until_it_goes_on(void **state)
{
	(void)state;
	begin(SIGTSTP);
	assert_int_equal(write(screen.outer, "\032", 1), 1);
	assert_goes_on(BACK_AGAIN);
}

static void suspended_by_a_signal_it_does_the_same(void **state)
{
	(void)state;
	begin(SIGTSTP);
	assert_int_equal(kill(tcgetpgrp(screen.outer), SIGTSTP), 0);
	assert_goes_on(BACK_AGAIN);
}

/* It could not know; but the terminal is made anew what it was. */
static void stopped_by_others_it_takes_the_terminal_again(void **state)
{
	(void)state;
	begin(SIGSTOP);
	assert_int_equal(kill(tcgetpgrp(screen.outer), SIGSTOP), 0);
	assert_goes_on(OTHER_SCREEN);
}

/* As `ssh -t` begins it: nobody could let it go on. */
static void without_a_shell_it_is_not_suspended(void **state)
{
	(void)state;
	shell = fork();
	if (shell == 0) {
		lead_session();
		_exit(run());
	}
	screen_await("q ends");
	screen.len = 0;
	assert_int_equal(write(screen.outer, "\032", 1), 1);
	assert_goes_on(BACK_AGAIN);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(suspended_it_gives_the_terminal_back_until_it_goes_on),
		TEST(suspended_by_a_signal_it_does_the_same),
		TEST(stopped_by_others_it_takes_the_terminal_again),
		TEST(without_a_shell_it_is_not_suspended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
