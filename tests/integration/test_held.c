// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_held.c - a process whose end takes as long as we want
 */
#include "tests/integration/held.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/integration/child.h"

static pid_t one;

static int start(void **state)
{
	(void)state;
	one = fork();
	if (one == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return one < 0;
}

static int end(void **state)
{
	(void)state;
	held_let_all_go();
	child_kill_all();
	return 0;
}

static void await_stand(pid_t pid)
{
	char path[64], text[512] = "";
	int64_t end_ms = child_deadline();

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	while (!strstr(text, ") t ")) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, text, sizeof(text) - 1);

		close(fd);
		assert_true(n > 0 && child_left(end_ms) > 0);
		text[n] = '\0';
		poll(NULL, 0, 1); /* a state has no event to wait for */
	}
}

static void held_process_ends_when_it_is_let_go(void **state)
{
	(void)state;
	held_begin(one);
	kill(one, SIGKILL);
	await_stand(one);
	held_let_go(one);
	assert_true(child_await_pid(one));
}

static void held_process_that_nobody_ends_goes_on(void **state)
{
	(void)state;
	held_begin(one);
	held_let_go(one);
	assert_int_equal(waitpid(one, NULL, WNOHANG), 0);
	assert_true(held_try(one)); /* once more: it is there, and free */
}

/* It stands at the first signal; the second takes it to its end. */
static void held_process_killed_as_it_stands_is_let_go(void **state)
{
	(void)state;
	held_begin(one);
	kill(one, SIGHUP);
	await_stand(one);
	kill(one, SIGKILL);
	held_let_go(one);
	assert_true(child_await_pid(one));
}

/* As when a test has failed: what was held is ended all the same. */
static void all_that_is_held_can_be_ended(void **state)
{
	(void)state;
	held_begin(one);
	kill(one, SIGKILL);
	await_stand(one);
	held_let_all_go();
	assert_int_equal(child_kill_all(), 1);
	assert_false(held_try(one));
}

#define HELD(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HELD(held_process_ends_when_it_is_let_go),
		HELD(held_process_that_nobody_ends_goes_on),
		HELD(held_process_killed_as_it_stands_is_let_go),
		HELD(all_that_is_held_can_be_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
