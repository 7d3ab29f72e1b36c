// SPDX-License-Identifier: Apache-2.0
#include "host/loop.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* Two descriptors that are ready at once; the first handler to run replaces
 * the other one in its slot. */
struct pair {
	struct loop *loop;
	int fd[2], slot[2];
	int calls, stale, fresh;
	int third;
};

static void on_fresh(void *ctx, uint32_t events)
{
	struct pair *p = ctx;

	(void)events;
	p->fresh++;
	loop_stop(p->loop);
}

static void replace(struct pair *p, int other)
{
	loop_remove(p->loop, p->slot[other]);
	assert_int_equal(loop_add(p->loop, p->third, EPOLLIN, on_fresh, p),
			 p->slot[other]);
	p->calls++;
}

static void on_first(void *ctx, uint32_t events)
{
	struct pair *p = ctx;

	(void)events;
	if (p->calls) {
		p->stale++;
		return;
	}
	replace(p, 1);
	loop_remove(p->loop, p->slot[0]);
	/* Ready from now on: proves that the loop still turns. */
	assert_int_equal(eventfd_write(p->third, 1), 0);
}

static void on_second(void *ctx, uint32_t events)
{
	struct pair *p = ctx;

	(void)events;
	if (p->calls) {
		p->stale++;
		return;
	}
	replace(p, 0);
	loop_remove(p->loop, p->slot[1]);
	assert_int_equal(eventfd_write(p->third, 1), 0);
}

static void event_of_removed_slot_is_not_delivered(void **state)
{
	struct loop l;
	struct pair p = { .loop = &l, .third = eventfd(0, EFD_NONBLOCK) };

	(void)state;
	assert_int_equal(loop_init(&l), 0);
	for (int i = 0; i < 2; i++)
		p.fd[i] = eventfd(1, EFD_NONBLOCK);
	p.slot[0] = loop_add(&l, p.fd[0], EPOLLIN, on_first, &p);
	p.slot[1] = loop_add(&l, p.fd[1], EPOLLIN, on_second, &p);
	assert_int_equal(loop_run(&l), 0);
	assert_int_equal(p.calls, 1);
	assert_int_equal(p.stale, 0);
	assert_int_equal(p.fresh, 1);
	for (int i = 0; i < 2; i++)
		close(p.fd[i]);
	close(p.third);
	loop_close(&l);
}

static void on_nothing(void *ctx, uint32_t events)
{
	(void)ctx;
	(void)events;
}

static void add_to_full_table_is_enfile(void **state)
{
	int fd[LOOP_SLOTS + 1];
	struct loop l;

	(void)state;
	assert_int_equal(loop_init(&l), 0);
	for (int i = 0; i <= LOOP_SLOTS; i++)
		fd[i] = eventfd(0, 0);
	for (int i = 0; i < LOOP_SLOTS; i++)
		assert_int_equal(loop_add(&l, fd[i], EPOLLIN, on_nothing, &l),
				 i);
	assert_int_equal(loop_add(&l, fd[LOOP_SLOTS], EPOLLIN, on_nothing, &l),
			 -ENFILE);
	loop_remove(&l, 7);
	assert_int_equal(loop_add(&l, fd[LOOP_SLOTS], EPOLLIN, on_nothing, &l),
			 7);
	for (int i = 0; i <= LOOP_SLOTS; i++)
		close(fd[i]);
	loop_close(&l);
}

static void add_of_bad_descriptor_leaves_slot_free(void **state)
{
	int fd = eventfd(0, 0);
	struct loop l;

	(void)state;
	assert_int_equal(loop_init(&l), 0);
	assert_int_equal(loop_add(&l, -1, EPOLLIN, on_nothing, &l), -EBADF);
	assert_int_equal(loop_add(&l, fd, EPOLLIN, on_nothing, &l), 0);
	close(fd);
	loop_close(&l);
}

/* What begins may end before anybody waits for anything. */
static void stop_before_run_is_not_lost(void **state)
{
	struct loop l;

	(void)state;
	alarm(60); /* else it would wait for ever */
	assert_int_equal(loop_init(&l), 0);
	for (int i = 0; i < 2; i++) {
		loop_stop(&l);
		assert_int_equal(loop_run(&l), 0);
	}
	assert_false(l.stop);
	loop_close(&l);
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_of_removed_slot_is_not_delivered),
		cmocka_unit_test(add_to_full_table_is_enfile),
		cmocka_unit_test(stop_before_run_is_not_lost),
		cmocka_unit_test(add_of_bad_descriptor_leaves_slot_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
