// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_ledger.c - shims that share a host
 *
 * The host has 100 bytes here, and nothing that is touched: what was promised
 * is all that counts.
 */
#include "host/memory/ledger.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

enum { TOTAL = 100, SHIMS = 200, NEED = 3, KILLS = 150, DEADLINE_S = 120 };

static struct scratch scratch;
static char path[SCRATCH_PATH], error[SENTENCE_MAX], text[ADMISSION_TEXT];

/* A group has as many bytes as its number says. */
static int room(void *ctx, const struct domains *d,
		struct domain domain[static ADMISSION_DOMAINS], char *why)
{
	(void)ctx;
	(void)why;
	domain[0] = (struct domain){ "the host", TOTAL, TOTAL, 0, 0 };
	for (uint32_t i = 0; i < d->groups; i++) {
		uint64_t id = d->group[i].id;

		domain[i + 1] = (struct domain){ "a group", id, id, 0, 0 };
	}
	return 0;
}

static uint64_t resident(void *ctx, pid_t pid)
{
	(void)ctx;
	return (uint64_t)pid; /* as if its number were its size */
}

static const struct ledger_ops ops = { room, resident, NULL };
static const struct domains host_alone;

static int set_up(void **state)
{
	(void)state;
	alarm(DEADLINE_S);
	scratch_make(&scratch);
	scratch_path(&scratch, "ledger", path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	alarm(0);
	return 0;
}

static int join(struct promise_slot *p, uint64_t need)
{
	const struct application a = { "web", need, 0, &host_alone };
	int r;

	do
		r = ledger_join(path, &a, p, error);
	while (r == -EAGAIN);
	return r;
}

static enum admission ask(struct promise_slot *p)
{
	struct decision d;
	int r;

	do
		r = ledger_ask(p, &ops, &d, text, error);
	while (r == -EAGAIN);
	return r < 0 ? ADMISSIONS : d.what;
}

static enum admission join_and_ask(struct promise_slot *p, uint64_t need)
{
	assert_int_equal(join(p, need), 0);
	return ask(p);
}

static void promise_counts_until_it_is_left(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(join_and_ask(&a, 60), ADMIT);
	assert_int_equal(join_and_ask(&b, 41), NEVER);
	ledger_leave(&b);
	assert_int_equal(join_and_ask(&b, 40), ADMIT);
	ledger_leave(&a);
	assert_int_equal(join_and_ask(&a, 60), ADMIT);
	ledger_leave(&a);
	ledger_leave(&b);
}

static void promise_that_drains_is_waited_for(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(join_and_ask(&a, 60), ADMIT);
	assert_int_equal(ledger_drains(&a, 55, error), 0);
	assert_int_equal(join_and_ask(&b, 101), WAIT_FOR_DRAIN);
	assert_non_null(strstr(text, "draining"));
	ledger_leave(&a);
	assert_int_equal(ask(&b), NEVER);
	ledger_leave(&b);
}

static void promise_waits_behind_who_came_first(void **state)
{
	struct promise_slot live, first, second;

	(void)state;
	assert_int_equal(join_and_ask(&live, 60), ADMIT);
	assert_int_equal(ledger_drains(&live, 60, error), 0);
	assert_int_equal(join_and_ask(&first, 110), WAIT_FOR_DRAIN);
	assert_int_equal(join_and_ask(&second, 1), WAIT_FOR_TURN);
	ledger_leave(&first); /* it gave up */
	assert_int_equal(ask(&second), ADMIT);
	ledger_leave(&second);
	ledger_leave(&live);
}

/* As QEMU, which outlives its shim. */
static void promise_lasts_as_long_as_who_inherits_it(void **state)
{
	struct promise_slot shim, other;
	int hold[2];
	char byte;
	pid_t qemu;

	(void)state;
	assert_int_equal(join_and_ask(&shim, 60), ADMIT);
	assert_int_equal(pipe(hold), 0);
	qemu = fork();
	if (qemu == 0) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	ledger_leave(&shim);
	assert_int_equal(join_and_ask(&other, 41), NEVER);
	close(hold[0]);
	close(hold[1]);
	assert_int_equal(waitpid(qemu, NULL, 0), qemu);
	assert_int_equal(ask(&other), ADMIT);
	ledger_leave(&other);
}

struct child {
	pid_t pid;
	int to, from;
};

/* Join, then ask at each byte that comes; tell the arrival and each answer. */
static void be_a_shim(int in, int out)
{
	struct promise_slot p;
	char byte;

	if (read(in, &byte, 1) != 1 || join(&p, NEED) < 0)
		_exit(1);
	do {
		struct {
			uint64_t arrival;
			enum admission what;
		} told = { p.mine.arrival, ask(&p) };

		if (told.what == NEVER)
			ledger_leave(&p);
		if (write(out, &told, sizeof(told)) != sizeof(told))
			_exit(1);
	} while (read(in, &byte, 1) == 1);
	_exit(0);
}

static void start_child(struct child *c)
{
	int in[2], out[2];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be_a_shim(in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	c->to = in[1];
	c->from = out[0];
}

static enum admission hear(const struct child *c, uint64_t *arrival)
{
	struct {
		uint64_t arrival;
		enum admission what;
	} told;

	assert_int_equal(read(c->from, &told, sizeof(told)), sizeof(told));
	*arrival = told.arrival;
	return told.what;
}

static int by_arrival(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void shims_that_start_at_once_never_overcommit(void **state)
{
	static struct child child[SHIMS];
	static struct {
		uint64_t arrival;
		size_t child;
		enum admission what;
	} said[SHIMS];
	unsigned int admitted = 0;

	(void)state;
	for (size_t i = 0; i < SHIMS; i++)
		start_child(&child[i]);
	for (size_t i = 0; i < SHIMS; i++)
		assert_int_equal(write(child[i].to, "", 1), 1);
	for (size_t i = 0; i < SHIMS; i++) {
		said[i].child = i;
		said[i].what = hear(&child[i], &said[i].arrival);
		admitted += said[i].what == ADMIT;
		assert_int_not_equal(said[i].what, ADMISSIONS);
	}
	assert_in_range(admitted, 1, TOTAL / NEED);
	/* whoever had to let others go first asks again, in their order */
	qsort(said, SHIMS, sizeof(said[0]), by_arrival);
	for (size_t i = 0; i < SHIMS; i++) {
		const struct child *c = &child[said[i].child];

		if (said[i].what != WAIT_FOR_TURN)
			continue;
		assert_int_equal(write(c->to, "", 1), 1);
		said[i].what = hear(c, &said[i].arrival);
		assert_int_not_equal(said[i].what, WAIT_FOR_TURN);
		admitted += said[i].what == ADMIT;
	}
	assert_int_equal(admitted, TOTAL / NEED);
	for (size_t i = 0; i < SHIMS; i++) {
		kill(child[i].pid, SIGKILL);
		waitpid(child[i].pid, NULL, 0);
		close(child[i].to);
		close(child[i].from);
	}
}

/* In and out of the section as fast as it can. */
static void never_rest(int out)
{
	for (;;) {
		struct promise_slot p;

		if (join(&p, TOTAL) < 0)
			_exit(1);
		ask(&p);
		ledger_lives(&p, 7, error);
		ledger_leave(&p);
		if (write(out, "", 1) != 1)
			_exit(1);
	}
}

static void shim_killed_anywhere_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < KILLS; i++) {
		struct promise_slot p;
		int out[2], status;
		char bytes[2];
		pid_t pid;

		assert_int_equal(pipe(out), 0);
		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			never_rest(out[1]);
		}
		assert_int_equal(read(out[0], bytes, 1), 1);
		for (volatile unsigned int n = 0; n < i * 977 % 50000; n++)
			;
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		close(out[0]);
		close(out[1]);
		assert_int_equal(join_and_ask(&p, TOTAL), ADMIT);
		ledger_leave(&p);
	}
}

static void line_damaged_and_in_use_admits_nobody(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(join_and_ask(&a, 1), ADMIT);
	assert_int_equal(join_and_ask(&b, 1), ADMIT);
	assert_int_equal(pwrite(a.fd, "garbage", 7, a.slot * PROMISE_LINE), 7);
	assert_int_equal(ask(&b), ADMISSIONS);
	assert_non_null(strstr(error, "ledger: line 1 is damaged and in use"));
	ledger_leave(&a); /* and nobody cares any more */
	assert_int_equal(ask(&b), ADMIT);
	ledger_leave(&b);
}

static void file_of_garbage_is_a_free_ledger(void **state)
{
	char garbage[3 * PROMISE_LINE + 7];
	struct promise_slot p;

	(void)state;
	memset(garbage, 0xa5, sizeof(garbage));
	scratch_write(&scratch, "ledger", garbage, sizeof(garbage), 0600);
	assert_int_equal(join_and_ask(&p, TOTAL), ADMIT);
	ledger_leave(&p);
}

static void ledger_that_is_full_says_so(void **state)
{
	static struct promise_slot p[LEDGER_SLOTS], more;

	(void)state;
	for (size_t i = 0; i < LEDGER_SLOTS; i++)
		assert_int_equal(join(&p[i], 1), 0);
	assert_int_equal(join(&more, 1), -ENOSPC);
	assert_non_null(strstr(error, "it is full"));
	assert_int_equal(ask(&p[LEDGER_SLOTS - 1]), WAIT_FOR_TURN);
	assert_int_equal(ask(&p[0]), ADMIT);
	for (size_t i = 0; i < LEDGER_SLOTS; i++)
		ledger_leave(&p[i]);
}

static void ledger_that_cannot_be_is_said(void **state)
{
	const struct application a = { "web", 1, 0, &host_alone };
	struct promise_slot p;

	(void)state;
	assert_int_equal(ledger_join("/nowhere/ledger", &a, &p, error),
			 -ENOENT);
	assert_non_null(strstr(error, "/nowhere/ledger: No such file"));
	assert_int_equal(p.fd, -1);
	ledger_leave(&p);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(join(&p, 1), -ELOOP);
}

#define WITH_LEDGER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(promise_counts_until_it_is_left),
		WITH_LEDGER(promise_that_drains_is_waited_for),
		WITH_LEDGER(promise_waits_behind_who_came_first),
		WITH_LEDGER(promise_lasts_as_long_as_who_inherits_it),
		WITH_LEDGER(shims_that_start_at_once_never_overcommit),
		WITH_LEDGER(shim_killed_anywhere_leaves_nothing),
		WITH_LEDGER(line_damaged_and_in_use_admits_nobody),
		WITH_LEDGER(file_of_garbage_is_a_free_ledger),
		WITH_LEDGER(ledger_that_is_full_says_so),
		WITH_LEDGER(ledger_that_cannot_be_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
