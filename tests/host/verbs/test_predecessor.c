// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_predecessor.c - a run that finds a shim in charge
 *
 * A child stands for that shim: it holds the lock, and answers on its socket
 * when a row says so.
 */
#include <errno.h>
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
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/lock.h"
#include "host/config/place.h"
#include "host/sentence.h"
#include "host/verbs/predecessor.h"
#include "tests/host/scratch.h"

enum { PATIENCE_MS = 60000 };

static struct scratch scratch;
static pid_t shim;

/* Until the client has left: so long it is not answered. */
static void outwait(int listener)
{
	char piece[256];
	int fd = accept(listener, NULL, NULL);

	while (read(fd, piece, sizeof(piece)) > 0)
		;
	close(fd);
}

static void answer(int listener, const char *state)
{
	char text[128], piece[256];
	int fd = accept(listener, NULL, NULL);
	size_t n = (size_t)snprintf(
		text, sizeof(text),
		"{\"parameters\":{\"status\":{\"state\":\"%s\"}}}", state);

	if (read(fd, piece, sizeof(piece)) <= 0 ||
	    write(fd, text, n + 1) != (ssize_t)n + 1) /* with its NUL */
		_exit(1);
	close(fd);
}

/* @late: so many questions have no answer, those after them @state */
static _Noreturn void be_shim(int listener, int lock, int ready,
			      unsigned int late, const char *state)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (lock_take(lock, LOCK_SHIM) < 0 || write(ready, "", 1) != 1)
		_exit(1);
	while (late--)
		outwait(listener);
	answer(listener, state);
	_exit(0); /* and the lock goes with it */
}

static int listen_as_shim(void)
{
	struct sockaddr_un sun;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(place_socket(scratch.dir, RUNTIME_CONTROL, &sun), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void begin_shim(unsigned int late, const char *state)
{
	char path[SCRATCH_PATH], byte;
	int listener = listen_as_shim(), lock, ready[2];

	scratch_path(&scratch, "lock", path);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(lock >= 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	shim = fork();
	if (shim == 0)
		be_shim(listener, lock, ready[1], late, state);
	close(listener);
	close(lock);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
}

static int begin(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int end(void **state)
{
	(void)state;
	kill(shim, SIGKILL);
	waitpid(shim, NULL, 0);
	scratch_remove(&scratch);
	return 0;
}

static int await_it(void)
{
	char error[SENTENCE_MAX] = "";

	return predecessor_await("guest", scratch.dir, PATIENCE_MS, error);
}

static void shim_that_drains_is_waited_for(void **state)
{
	(void)state;
	begin_shim(0, "draining");
	assert_int_equal(await_it(), 0);
}

/* On a busy host nobody has run it for a while: what it does is not known. */
static void shim_that_is_late_once_is_asked_again(void **state)
{
	(void)state;
	begin_shim(1, "draining");
	assert_int_equal(await_it(), 0);
}

static void shim_that_serves_is_not_waited_for(void **state)
{
	(void)state;
	begin_shim(0, "serving");
	assert_int_equal(await_it(), -EBUSY);
}

static void shim_that_never_answers_is_not_waited_for(void **state)
{
	(void)state;
	begin_shim(UINT32_MAX, "");
	assert_int_equal(await_it(), -EBUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shim_that_drains_is_waited_for,
						begin, end),
		cmocka_unit_test_setup_teardown(
			shim_that_is_late_once_is_asked_again, begin, end),
		cmocka_unit_test_setup_teardown(
			shim_that_serves_is_not_waited_for, begin, end),
		cmocka_unit_test_setup_teardown(
			shim_that_never_answers_is_not_waited_for, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
