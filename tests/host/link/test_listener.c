// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_listener.c - more arrive than there are descriptors
 *
 * An eventfd that is always ready counts the rounds of the loop. alarm() is the
 * deadline.
 */
#include "host/link/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/loop.h"

enum { DEADLINE_S = 60, MANY = 4, ROUNDS = 8 };

static struct loop loop;
static struct listener listener;
static struct sockaddr_un address;
static struct rlimit limit;
static int bell, bell_slot, rounds, come, inside[MANY], outside[MANY];

static void on_bell(void *ctx, uint32_t events)
{
	(void)ctx;
	(void)events;
	if (--rounds == 0)
		loop_stop(&loop);
}

static void on_arrival(void *ctx, int fd)
{
	(void)ctx;
	inside[come++] = fd;
}

/* All that is ready is dealt with. */
static void turn(void)
{
	rounds = ROUNDS;
	assert_int_equal(loop_run(&loop), 0);
}

static void arrive(int i)
{
	outside[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(outside[i], (struct sockaddr *)&address,
				 sizeof(address)),
			 0);
}

/* No descriptor is to be had any more, until one is closed. */
static void use_up_descriptors(void)
{
	int next = dup(bell);
	struct rlimit low = limit;

	close(next);
	low.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
}

static int set_up(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)state;
	alarm(DEADLINE_S);
	come = 0;
	address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
		 "reprise-test-%d", (int)getpid());
	getrlimit(RLIMIT_NOFILE, &limit);
	bell = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, MANY) < 0 || loop_init(&loop) < 0 ||
	    listener_open(&listener, &loop, fd, on_arrival, NULL) < 0)
		return -1;
	bell_slot = loop_add(&loop, bell, EPOLLIN, on_bell, NULL);
	return bell_slot < 0;
}

static int tear_down(void **state)
{
	(void)state;
	setrlimit(RLIMIT_NOFILE, &limit);
	listener_close(&listener);
	loop_close(&loop);
	close(bell);
	for (int i = 0; i < come; i++)
		close(inside[i]);
	for (int i = 0; i < MANY && outside[i]; i++) {
		close(outside[i]);
		outside[i] = 0;
	}
	return 0;
}

static void without_a_descriptor_the_loop_sleeps(void **state)
{
	struct epoll_event ev;

	(void)state;
	arrive(0);
	use_up_descriptors();
	turn();
	assert_int_equal(come, 0);
	loop_remove(&loop, bell_slot);
	assert_int_equal(epoll_wait(loop.epfd, &ev, 1, 0), 0);
}

static void who_waited_is_let_in_when_another_arrives(void **state)
{
	(void)state;
	arrive(0);
	arrive(1);
	use_up_descriptors();
	turn();
	assert_int_equal(come, 0);
	setrlimit(RLIMIT_NOFILE, &limit);
	arrive(2);
	turn();
	assert_int_equal(come, 3);
}

static void who_waited_is_let_in_when_one_has_left(void **state)
{
	(void)state;
	arrive(0);
	turn();
	assert_int_equal(come, 1);
	arrive(1);
	use_up_descriptors();
	turn();
	assert_int_equal(come, 1);
	close(inside[--come]);
	listener_look(&listener);
	turn();
	assert_int_equal(come, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_descriptor_the_loop_sleeps),
		TEST(who_waited_is_let_in_when_another_arrives),
		TEST(who_waited_is_let_in_when_one_has_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
