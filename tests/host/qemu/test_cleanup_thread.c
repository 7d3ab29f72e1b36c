// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_cleanup_thread.c - threads of this very process
 */
#include "host/qemu/cleanup_thread.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A clock tick is 10 ms at most, and CPU time is told in such. */
enum { WORK_MS = 50, PATIENCE_MS = 60000 };

/* A thread with QEMU's name: it waits, works, and waits, each until told. */
struct worker {
	pthread_t thread;
	pid_t tid;
	bool works;
	sem_t told, done;
};

static long used_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void *run(void *ctx)
{
	struct worker *w = ctx;

	prctl(PR_SET_NAME, "async_cleanup");
	w->tid = gettid();
	sem_post(&w->done);
	sem_wait(&w->told);
	while (w->works && used_ms() < WORK_MS)
		;
	sem_post(&w->done);
	sem_wait(&w->told);
	return NULL;
}

static void begin(struct worker *w)
{
	*w = (struct worker){ .works = false };
	sem_init(&w->told, 0, 0);
	sem_init(&w->done, 0, 0);
	assert_int_equal(pthread_create(&w->thread, NULL, run, w), 0);
	sem_wait(&w->done);
}

static void work(struct worker *w)
{
	w->works = true;
	sem_post(&w->told);
	sem_wait(&w->done);
}

/* The kernel tells pthread_join(3) before the thread has gone from /proc, and
 * nobody when it has. */
static void end(struct worker *w)
{
	int left_ms = PATIENCE_MS;

	sem_post(&w->told);
	sem_post(&w->told);
	pthread_join(w->thread, NULL);
	while (tgkill(getpid(), w->tid, 0) == 0 && left_ms-- > 0)
		poll(NULL, 0, 1);
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
	begin(&w);
	s = cleanup_thread_find(getpid());
	assert_int_equal(s.thread, w.tid);
	work(&w);
	assert_true(cleanup_thread_find(getpid()).cpu_us > s.cpu_us);
	end(&w);
	assert_int_equal(cleanup_thread_find(getpid()).thread, 0);
}

static void youngest_of_several_is_found(void **state)
{
	struct worker old, young;

	(void)state;
	begin(&old);
	begin(&young);
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
