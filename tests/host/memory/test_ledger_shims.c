// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_ledger_shims.c - many shims, killed and stopped
 *
 * Every second one is in the group. Each is a process of its own.
 */
#include "host/memory/ledger.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/clock.h"
#include "tests/host/memory/ledger_rig.h"

enum { SHIMS = 200, NEED = 3, SECTION_MS = 100 };

struct child {
	pid_t pid;
	int to, from;
};

static const struct domains *domains_of(size_t shim)
{
	return shim % 2 ? &rig_alone : &rig_group;
}

/* Join, then ask at each byte that comes; tell the arrival and each answer. */
static void be_a_shim(size_t shim, int in, int out)
{
	struct promise_slot p;
	char byte;

	if (read(in, &byte, 1) != 1 || rig_join(&p, NEED, domains_of(shim)) < 0)
		_exit(1);
	do {
		struct {
			uint64_t arrival;
			enum admission what;
		} told = { p.mine.arrival, rig_ask(&p) };

		if (told.what == NEVER)
			ledger_leave(&p);
		if (write(out, &told, sizeof(told)) != sizeof(told))
			_exit(1);
	} while (read(in, &byte, 1) == 1);
	_exit(0);
}

static void start_child(struct child *c, size_t shim)
{
	int in[2], out[2];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be_a_shim(shim, in[0], out[1]);
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
	unsigned int admitted = 0, in_group = 0;

	(void)state;
	for (size_t i = 0; i < SHIMS; i++)
		start_child(&child[i], i);
	for (size_t i = 0; i < SHIMS; i++)
		assert_int_equal(write(child[i].to, "", 1), 1);
	for (size_t i = 0; i < SHIMS; i++) {
		said[i].child = i;
		said[i].what = hear(&child[i], &said[i].arrival);
		admitted += said[i].what == ADMIT;
		in_group += said[i].what == ADMIT && i % 2 == 0;
		assert_int_not_equal(said[i].what, ADMISSIONS);
	}
	assert_in_range(admitted, 1, RIG_TOTAL / NEED);
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
		in_group += said[i].what == ADMIT && said[i].child % 2 == 0;
	}
	assert_int_equal(admitted, RIG_TOTAL / NEED);
	assert_in_range(in_group, 1, RIG_GROUP / NEED);
	for (size_t i = 0; i < SHIMS; i++) {
		kill(child[i].pid, SIGKILL);
		waitpid(child[i].pid, NULL, 0);
		close(child[i].to);
		close(child[i].from);
	}
}

/* The whole life of a promise, which takes all there is. */
static void live(void)
{
	struct promise_slot p;

	if (rig_join(&p, RIG_TOTAL, &rig_alone) < 0 || rig_ask(&p) != ADMIT ||
	    ledger_lives(&p, 7, rig_error) < 0 ||
	    ledger_drains(&p, 7, rig_error) < 0)
		_exit(1);
	ledger_leave(&p);
	_exit(0);
}

/* Return: false: it has come to its end before its system call @n, where a
 * call counts twice, once when it begins and once when it is done */
static bool is_killed_at(unsigned int n)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
			raise(SIGSTOP);
		live();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	for (unsigned int i = 0; i < n && WIFSTOPPED(status); i++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	if (!WIFSTOPPED(status)) {
		assert_int_equal(status, 0);
		return false;
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return true;
}

static void kill_at_each_system_call(bool makes_the_ledger)
{
	const struct application a = { "web", RIG_TOTAL, 0, &rig_alone };
	unsigned int n = 0;

	for (bool killed = true; killed; n++) {
		struct promise_slot p;
		struct decision d;

		if (makes_the_ledger)
			unlink(rig_path);
		killed = is_killed_at(n);
		assert_int_equal(ledger_join(rig_path, &a, &p, rig_error), 0);
		assert_int_equal(p.slot, 0);
		assert_int_equal(
			ledger_ask(&p, &rig_ops, &d, rig_text, rig_error), 0);
		assert_int_equal(d.what, ADMIT);
		ledger_leave(&p);
	}
	print_message("%u places to be killed at\n", n);
	assert_true(n > 40);
}

static void shim_killed_at_each_system_call_leaves_nothing(void **state)
{
	(void)state;
	kill_at_each_system_call(false);
	kill_at_each_system_call(true);
}

static int stop_in_section(void *ctx, const struct domains *d,
			   struct domain domain[static ADMISSION_DOMAINS],
			   char *error)
{
	raise(SIGSTOP);
	return rig_ops.room(ctx, d, domain, error);
}

static void shim_stopped_in_the_section_keeps_nobody_waiting(void **state)
{
	const struct ledger_ops stopping = { stop_in_section, rig_ops.resident,
					     NULL };
	const struct application a = { "web", 1, 0, &rig_alone };
	struct promise_slot p, mine;
	struct decision d;
	int64_t from_ms;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(rig_join(&mine, 1, &rig_alone), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(rig_join(&p, 1, &rig_alone) < 0 ||
		      ledger_ask(&p, &stopping, &d, rig_text, rig_error) < 0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	from_ms = clock_ms();
	assert_int_equal(ledger_join(rig_path, &a, &p, rig_error), -EAGAIN);
	assert_in_range(clock_ms() - from_ms, SECTION_MS, 20 * SECTION_MS);
	assert_int_equal(p.fd, -1);
	assert_non_null(strstr(rig_error, "stopped"));
	assert_int_equal(ledger_ask(&mine, &rig_ops, &d, rig_text, rig_error),
			 -EAGAIN);
	assert_int_equal(ledger_lives(&mine, 1, rig_error), -EAGAIN);
	assert_int_equal(mine.mine.state, PROMISE_WAITS);
	assert_int_equal(ledger_peek(rig_path, &a, NULL, &rig_ops, &d, rig_text,
				     rig_error),
			 0);
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(rig_ask(&mine), ADMIT);
	ledger_leave(&mine);
}

#define WITH_LEDGER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(shims_that_start_at_once_never_overcommit),
		WITH_LEDGER(shim_killed_at_each_system_call_leaves_nothing),
		WITH_LEDGER(shim_stopped_in_the_section_keeps_nobody_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
