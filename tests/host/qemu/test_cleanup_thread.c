// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_cleanup_thread.c - threads of this very process
 */
#include "host/qemu/cleanup_thread.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

/* A thread with QEMU's name, which works or waits until it is told. */
struct worker {
	pthread_t thread;
	atomic_int tid;
	atomic_bool works, ends;
};

static void *work(void *ctx)
{
	struct worker *w = ctx;

	prctl(PR_SET_NAME, "async_cleanup");
	w->tid = gettid();
	while (!w->ends)
		if (!w->works)
			usleep(1000);
	return NULL;
}

static void begin(struct worker *w, bool works)
{
	*w = (struct worker){ .works = works };
	assert_int_equal(pthread_create(&w->thread, NULL, work, w), 0);
	while (!w->tid)
		usleep(1000);
}

static void end(struct worker *w)
{
	w->ends = true;
	pthread_join(w->thread, NULL);
}

static void process_without_such_a_thread_has_none(void **state)
{
	(void)state;
	assert_int_equal(cleanup_thread_find(getpid()).thread, 0);
	assert_int_equal(cleanup_thread_find(-1).thread, 0);
}

static void thread_is_found_by_its_name_with_its_time(void **state)
{
	struct cleanup_sight s;
	struct worker w;

	(void)state;
	begin(&w, false);
	s = cleanup_thread_find(getpid());
	assert_int_equal(s.thread, w.tid);
	assert_int_equal(s.cpu_us, 0);
	w.works = true;
	for (int i = 0; i < 10000 && !s.cpu_us; i++) {
		usleep(1000);
		s = cleanup_thread_find(getpid());
	}
	assert_true(s.cpu_us > 0);
	end(&w);
	assert_int_equal(cleanup_thread_find(getpid()).thread, 0);
}

static void youngest_of_several_is_found(void **state)
{
	struct worker old, young;

	(void)state;
	begin(&old, false);
	begin(&young, false);
	assert_int_equal(cleanup_thread_find(getpid()).thread, young.tid);
	end(&young);
	assert_int_equal(cleanup_thread_find(getpid()).thread, old.tid);
	end(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_without_such_a_thread_has_none),
		cmocka_unit_test(thread_is_found_by_its_name_with_its_time),
		cmocka_unit_test(youngest_of_several_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
