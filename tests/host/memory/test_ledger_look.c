// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_ledger_look.c - who comes later, and who only looks
 */
#include "host/memory/ledger.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/memory/ledger_rig.h"

/* A QEMU whose shim has died: nothing but the lock that it inherited. */
struct qemu {
	pid_t pid;
	int hold;
};

static void be_born(struct qemu *q, struct promise_slot *shim)
{
	int hold[2];
	char byte;

	assert_int_equal(rig_start(shim, 60, &rig_group), NEVER);
	ledger_leave(shim);
	assert_int_equal(rig_start(shim, 30, &rig_group), ADMIT);
	assert_int_equal(pipe(hold), 0);
	q->pid = fork();
	if (q->pid == 0) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	close(hold[0]);
	q->hold = hold[1];
	assert_int_equal(ledger_lives(shim, q->pid, rig_error), 0);
	ledger_leave(shim);
}

static void end_of(const struct qemu *q)
{
	close(q->hold);
	assert_int_equal(waitpid(q->pid, NULL, 0), q->pid);
}

static void promise_of_an_adopted_qemu_drains_visibly(void **state)
{
	const struct application a = { "web", 0, 0, &rig_group };
	struct promise_slot shim, other;
	struct qemu q;

	(void)state;
	be_born(&q, &shim);
	assert_int_equal(ledger_retake(rig_path, &a, q.pid, &shim, rig_error),
			 0);
	assert_int_equal(shim.mine.bytes, 30);
	assert_int_equal(shim.mine.groups, 1);
	assert_int_equal(ledger_drains(&shim, 30, rig_error), 0);
	end_of(&q);
	rig_used = rig_used_in_group = 30;
	assert_int_equal(rig_start(&other, 20, &rig_group), WAIT_FOR_DRAIN);
	ledger_leave(&shim);
	assert_int_equal(rig_ask(&other), NEVER);
	ledger_leave(&other);
}

static void promise_of_a_qemu_that_has_ended_is_found(void **state)
{
	const struct application a = { "web", 0, 0, &rig_group };
	const struct application b = { "db", 0, 0, &rig_group };
	struct promise_slot shim, other;
	struct qemu q;

	(void)state;
	be_born(&q, &shim);
	end_of(&q);
	assert_int_equal(ledger_retake(rig_path, &b, q.pid, &shim, rig_error),
			 -ESRCH);
	assert_non_null(strstr(rig_error, "nothing was promised to QEMU"));
	assert_int_equal(ledger_retake(rig_path, &a, q.pid, &shim, rig_error),
			 0);
	ledger_leave(&shim);
	assert_int_equal(rig_join(&other, 1, &rig_alone), 0); /* its slot */
	assert_int_equal(ledger_retake(rig_path, &a, q.pid, &shim, rig_error),
			 -ESRCH);
	assert_int_equal(shim.fd, -1);
	ledger_leave(&other);
}

static enum admission peek(uint64_t need, const struct domains *domains,
			   const struct promise_slot *leaving,
			   struct decision *d)
{
	const struct application a = { "web", need, 0, domains };

	if (ledger_peek(rig_path, &a, leaving, &rig_ops, d, rig_text,
			rig_error) < 0)
		return ADMISSIONS;
	return d->what;
}

static void peek_without_a_ledger_is_about_the_host(void **state)
{
	struct decision d;

	(void)state;
	assert_int_equal(peek(100, &rig_alone, NULL, &d), ADMIT);
	assert_int_equal(peek(101, &rig_alone, NULL, &d), NEVER);
	assert_int_equal(peek(0, &rig_inner, NULL, &d), ADMIT);
	assert_int_equal(admission_headroom(&d), RIG_INNER);
	assert_int_equal(access(rig_path, F_OK), -1);
}

/* The second generation of an appliance, beside the first that ends. */
static void peek_counts_who_leaves_as_draining(void **state)
{
	struct promise_slot a;
	struct decision d;

	(void)state;
	assert_int_equal(rig_start(&a, 60, &rig_alone), ADMIT);
	assert_int_equal(ledger_lives(&a, 35, rig_error), 0);
	rig_used = 35;
	assert_int_equal(peek(60, &rig_alone, NULL, &d), NEVER);
	assert_int_equal(peek(60, &rig_alone, &a, &d), ADMIT);
	assert_int_equal(peek(66, &rig_alone, &a, &d), WAIT_FOR_DRAIN);
	assert_int_equal(d.draining, 35);
	assert_int_equal(peek(101, &rig_alone, &a, &d), NEVER);
	ledger_leave(&a);
}

static void slot_that_is_none_is_nobodys(void **state)
{
	struct promise_slot a, none = { .fd = -1 };
	struct decision d;

	(void)state;
	assert_int_equal(rig_start(&a, 60, &rig_alone), ADMIT);
	assert_int_equal(peek(60, &rig_alone, &none, &d), NEVER);
	assert_int_equal(ledger_drains(&none, 1, rig_error), 0);
	assert_int_equal(ledger_lives(&none, 1, rig_error), 0);
	assert_int_equal(peek(60, &rig_alone, NULL, &d), NEVER);
	ledger_leave(&none);
	ledger_leave(&a);
}

static void peek_is_behind_whoever_waits(void **state)
{
	struct promise_slot a, b;
	struct decision d;

	(void)state;
	assert_int_equal(rig_start(&a, 30, &rig_group), ADMIT);
	assert_int_equal(rig_join(&b, 1, &rig_group), 0);
	assert_int_equal(peek(1, &rig_alone, &a, &d), WAIT_FOR_TURN);
	assert_int_equal(rig_ask(&b), ADMIT);
	assert_int_equal(peek(1, &rig_alone, &a, &d), ADMIT);
	ledger_leave(&a);
	ledger_leave(&b);
}

static void peek_writes_nothing(void **state)
{
	char before[4 * PROMISE_LINE], after[4 * PROMISE_LINE];
	struct promise_slot a, b;
	struct decision d;
	ssize_t n;

	(void)state;
	assert_int_equal(rig_start(&a, 30, &rig_group), ADMIT);
	assert_int_equal(rig_join(&b, 80, &rig_alone), 0);
	n = pread(a.fd, before, sizeof(before), 0);
	assert_int_equal(n, 2 * PROMISE_LINE);
	peek(1, &rig_group, &a, &d);
	peek(99, &rig_alone, NULL, &d);
	assert_int_equal(pread(a.fd, after, sizeof(after), 0), n);
	assert_memory_equal(before, after, (size_t)n);
	ledger_leave(&a);
	ledger_leave(&b);
}

static void peek_at_a_damaged_line_knows_nothing(void **state)
{
	struct promise_slot a;
	struct decision d;

	(void)state;
	assert_int_equal(rig_start(&a, 30, &rig_group), ADMIT);
	assert_int_equal(pwrite(a.fd, "x", 1, a.slot * PROMISE_LINE), 1);
	assert_int_equal(peek(1, &rig_alone, NULL, &d), ADMISSIONS);
	assert_non_null(strstr(rig_error, "line 1 is damaged"));
	ledger_leave(&a);
}

struct seen {
	unsigned int count[PROMISE_DRAINS + 1];
	uint64_t bytes;
};

static void note(void *ctx, const struct promised *m)
{
	struct seen *s = ctx;

	assert_string_equal(m->name, "web");
	s->count[m->state]++;
	s->bytes += m->bytes;
}

static void list_has_everybody_who_counts(void **state)
{
	struct promise_slot a, b, c, d;
	struct seen s = { .bytes = 0 };

	(void)state;
	assert_int_equal(ledger_list(rig_path, note, &s), 0);
	assert_int_equal(s.bytes, 0);
	assert_int_equal(rig_start(&a, 1, &rig_alone), ADMIT);
	assert_int_equal(rig_start(&b, 20, &rig_alone), ADMIT);
	assert_int_equal(rig_start(&c, 1000, &rig_alone), NEVER);
	assert_int_equal(rig_join(&d, 5000, &rig_alone), 0);
	assert_int_equal(ledger_drains(&b, 10, rig_error), 0);
	ledger_leave(&d);
	assert_int_equal(ledger_list(rig_path, note, &s), 0);
	assert_int_equal(s.count[PROMISE_WAITS], 1);
	assert_int_equal(s.count[PROMISE_LIVES], 1);
	assert_int_equal(s.count[PROMISE_DRAINS], 1);
	assert_int_equal(s.bytes, 1011);
	ledger_leave(&a);
	ledger_leave(&b);
	ledger_leave(&c);
}

#define WITH_LEDGER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(promise_of_an_adopted_qemu_drains_visibly),
		WITH_LEDGER(promise_of_a_qemu_that_has_ended_is_found),
		WITH_LEDGER(peek_without_a_ledger_is_about_the_host),
		WITH_LEDGER(peek_counts_who_leaves_as_draining),
		WITH_LEDGER(peek_is_behind_whoever_waits),
		WITH_LEDGER(slot_that_is_none_is_nobodys),
		WITH_LEDGER(peek_writes_nothing),
		WITH_LEDGER(peek_at_a_damaged_line_knows_nothing),
		WITH_LEDGER(list_has_everybody_who_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
