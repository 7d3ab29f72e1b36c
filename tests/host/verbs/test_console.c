// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_console.c - the verb at a shim that the test plays
 *
 * The verb runs in a child. alarm() is the deadline.
 */
#include "host/verbs/verbs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/runtime.h"
#include "host/link/console.h"
#include "tests/host/scratch.h"

enum { DEADLINE_S = 60 };

/* What host/main.c has. */
int verb_refuse(const char *error)
{
	fprintf(stderr, "reprise: %s\n", error);
	return VERB_REFUSED;
}

static struct scratch scratch;
static struct runtime rt;
static int listener;
static int out, err; /* what the verb writes */

static int set_up(void **state)
{
	char root[SCRATCH_PATH], error[SENTENCE_MAX];

	(void)state;
	alarm(DEADLINE_S);
	scratch_make(&scratch);
	scratch_path(&scratch, "run", root);
	setenv("REPRISE_RUNTIME_DIR", root, 1);
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	listener = runtime_listen(&rt, RUNTIME_CONSOLE, error);
	assert_true(listener >= 0);
	fcntl(listener, F_SETFL, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(listener);
	close(out);
	close(err);
	runtime_remove(&rt);
	scratch_remove(&scratch);
	return 0;
}

/* Return: the verb's process; its input is @in. @shim: its connection */
static pid_t start(int in, int *shim)
{
	static const struct verb verb = { .name = "console", .usage = "NAME" };
	char *argv[] = { (char[]){ "web" } };
	int pipes[2][2];
	pid_t pid;

	assert_int_equal(pipe2(pipes[0], O_CLOEXEC), 0);
	assert_int_equal(pipe2(pipes[1], O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		dup2(in, 0);
		dup2(pipes[0][1], 1);
		dup2(pipes[1][1], 2);
		_exit(verb_console(&verb, 1, argv));
	}
	close(pipes[0][1]);
	close(pipes[1][1]);
	out = pipes[0][0];
	err = pipes[1][0];
	*shim = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(*shim >= 0);
	return pid;
}

static void say(int shim, const char *text)
{
	assert_int_equal(send(shim, text, strlen(text), MSG_NOSIGNAL),
			 strlen(text));
}

/* Read as many bytes as @wanted has. */
static void assert_reads(int fd, const char *wanted)
{
	char got[256] = "";
	size_t len = 0;

	while (len < strlen(wanted)) {
		ssize_t n = read(fd, got + len, strlen(wanted) - len);

		assert_true(n > 0);
		len += (size_t)n;
	}
	assert_string_equal(got, wanted);
}

static void assert_ends(int fd)
{
	assert_int_equal(read(fd, &(char){ 0 }, 1), 0);
}

static int exit_code(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void shim_that_ends_ends_the_verb(void **state)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), shim;
	pid_t pid = start(null, &shim);

	(void)state;
	say(shim, "hello");
	assert_reads(out, "hello");
	close(shim);
	assert_int_equal(exit_code(pid), 0);
	assert_ends(out);
	assert_ends(err);
	close(null);
}

static void viewer_turned_away_is_refused(void **state)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), shim;
	pid_t pid = start(null, &shim);

	(void)state;
	say(shim, CONSOLE_FULL);
	close(shim);
	assert_int_equal(exit_code(pid), 1);
	assert_ends(out);
	assert_reads(err, "reprise: web: four viewers");
	close(null);
}

/* A guest may write what it likes: more comes, so it was no refusal. */
static void guest_that_writes_the_same_is_shown(void **state)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), shim;
	pid_t pid = start(null, &shim);

	(void)state;
	say(shim, CONSOLE_FULL);
	say(shim, "x");
	assert_reads(out, CONSOLE_FULL "x");
	say(shim, CONSOLE_FULL);
	assert_reads(out, CONSOLE_FULL);
	close(shim);
	assert_int_equal(exit_code(pid), 0);
	close(null);
}

static bool is_raw(int terminal)
{
	struct termios now;

	assert_int_equal(tcgetattr(terminal, &now), 0);
	return !(now.c_lflag & ICANON);
}

static void signal_puts_the_terminal_back(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP };

	(void)state;
	for (int i = 0; i < 2; i++) {
		int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
		int terminal, shim, status;
		pid_t pid;

		assert_int_equal(grantpt(master), 0);
		assert_int_equal(unlockpt(master), 0);
		terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
		assert_true(terminal >= 0);
		assert_false(is_raw(terminal));
		pid = start(terminal, &shim);
		say(shim, "x");
		assert_reads(out, "x"); /* now it copies */
		assert_true(is_raw(terminal));
		assert_int_equal(kill(pid, signals[i]), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		assert_false(is_raw(terminal));
		close(terminal);
		close(master);
		close(shim);
		if (i == 0) {
			close(out);
			close(err);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shim_that_ends_ends_the_verb),
		TEST(viewer_turned_away_is_refused),
		TEST(guest_that_writes_the_same_is_shown),
		TEST(signal_puts_the_terminal_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
