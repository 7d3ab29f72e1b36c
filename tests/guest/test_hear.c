// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/test_hear.c - what PID 1 hears of a payload that prints
 *
 * The output's functions are stand-ins here: a pipe that cannot be read.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/init.h"

static unsigned int reads;

int output_open(struct output *o)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	o->read_fd = ends[0];
	o->write_fd = ends[1];
	return 0;
}

int output_read(struct output *o)
{
	(void)o;
	reads++;
	return -EIO;
}

bool output_write(struct output *o, int console)
{
	(void)o;
	(void)console;
	return false;
}

/* As init_run() would. Return: did anything wake it? */
static bool turn(struct init *in)
{
	struct epoll_event ev;
	int n = epoll_wait(in->epfd, &ev, 1, 0);

	assert_true(n >= 0);
	if (n > 0)
		init_on_output(in, ev.data.u32, ev.events);
	return n > 0;
}

static void output_that_cannot_be_read_kills_no_payload(void **state)
{
	static struct init in;

	(void)state;
	signal(SIGPIPE, SIG_IGN); /* EPIPE tells the test of it */
	in.epfd = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < FD_KINDS; i++)
		in.fd[i] = -1;
	init_open_ears(&in);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(write(in.output.write_fd, "x", 1), 1);
		assert_true(turn(&in));
	}
	while (turn(&in)) /* and nobody is kept awake by it */
		assert_true(reads < 10);
	assert_int_equal(in.payload.output, -1); /* the next has the console */
	close(in.output.read_fd);
	close(in.output.write_fd);
	close(in.epfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_that_cannot_be_read_kills_no_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
