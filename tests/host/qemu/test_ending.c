// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_ending.c - in which order is it ended?
 *
 * Real processes stand in for QEMU and its helper; the helper is called as
 * QEMU calls it, and shares no memory.
 */
#include "host/qemu/ending.h"

#include <errno.h>
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

#include "host/qemu/proc.h"
#include "host/qemu/process.h"

enum { LONG_MS = 60000, SHORT_MS = 50 };

static struct process process;

/* What was told, a letter a step, and who lived at its begin. */
static struct {
	char steps[8];
	bool helper_lived[8];
} told;

static pid_t helper; /* 0: none */

static void tell(void *ctx, enum ending_step step, uint32_t left_ms)
{
	static const char letters[] = { 'T', 'K', 'D' };
	size_t n = strlen(told.steps);

	(void)ctx;
	assert_in_range(left_ms, 1, 600000);
	if (n && told.steps[n - 1] == letters[step])
		return;
	assert_true(n + 1 < sizeof(told.steps));
	told.steps[n] = letters[step];
	told.helper_lived[n] = helper && proc_start(helper);
	if (step == ENDING_DRAIN) /* never before QEMU has gone */
		assert_int_equal(process.pidfd, -1);
}

/* A process without end of its own. @name: NULL: it is called as we are */
static pid_t start(bool heeds_term, const char *name)
{
	int up[2];
	pid_t pid;

	assert_int_equal(pipe(up), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
		signal(SIGTERM, heeds_term ? SIG_DFL : SIG_IGN);
		if (name)
			prctl(PR_SET_NAME, name);
		close(up[0]);
		close(up[1]);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	close(up[1]);
	assert_int_equal(read(up[0], &(char){ 0 }, 1), 0);
	close(up[0]);
	return pid;
}

static void start_helper(pid_t qemu)
{
	char name[16];

	snprintf(name, sizeof(name), "cleanup/%d", (int)qemu);
	helper = start(false, name);
}

static int run(uint32_t exit_ms, struct ending *e)
{
	*e = (struct ending){ .process = &process,
			      .mark = "",
			      .exit_ms = exit_ms,
			      .tell = tell };
	return ending_run(e);
}

static int set_up(void **state)
{
	(void)state;
	memset(&told, 0, sizeof(told));
	helper = 0;
	return 0;
}

static void ending_idle_qemu_goes_by_sigterm(void **state)
{
	pid_t pid = start(true, NULL);
	struct ending e;

	(void)state;
	assert_int_equal(process_adopt(&process, pid, proc_start(pid)), 0);
	assert_int_equal(run(LONG_MS, &e), 0);
	assert_string_equal(told.steps, "T");
	assert_int_equal(waitpid(pid, NULL, 0), -1); /* it was reaped */
	assert_int_equal(process.pidfd, -1);
	assert_true(e.marks.at_us[MARK_ASKED] > 0);
	assert_true(e.marks.at_us[MARK_EXITED] >= e.marks.at_us[MARK_ASKED]);
	assert_true(e.marks.at_us[MARK_MEMORY] >= e.marks.at_us[MARK_EXITED]);
}

static void ending_deaf_qemu_is_killed_then_its_helper(void **state)
{
	pid_t pid = start(false, NULL);
	struct ending e;

	(void)state;
	start_helper(pid);
	assert_int_equal(process_adopt(&process, pid, proc_start(pid)), 0);
	assert_int_equal(run(SHORT_MS, &e), 0);
	assert_string_equal(told.steps, "TKD");
	assert_true(told.helper_lived[0]);
	assert_true(told.helper_lived[1]);
	assert_int_equal(waitpid(helper, NULL, 0), -1);
	assert_int_equal(process.helper_pidfd, -1);
	assert_int_equal(e.step, ENDING_DRAIN);
}

static void ending_memory_alone_is_nudged(void **state)
{
	struct ending e;

	(void)state;
	start_helper(1);
	assert_int_equal(
		process_adopt_helper(&process, 0, helper, proc_start(helper)),
		0);
	assert_int_equal(run(LONG_MS, &e), 0);
	assert_string_equal(told.steps, "D");
	assert_int_equal(waitpid(helper, NULL, 0), -1);
	assert_int_equal(e.marks.at_us[MARK_EXITED], 0);
	assert_true(e.marks.at_us[MARK_MEMORY] > 0);
}

/* Starts a QEMU, or a helper, and never looks after it. @pid: whom it started */
static pid_t start_careless_parent(bool qemu, pid_t *pid)
{
	int up[2];
	pid_t parent;

	assert_int_equal(pipe(up), 0);
	parent = fork();
	if (parent == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (qemu)
			helper = start(true, NULL);
		else
			start_helper(1);
		if (write(up[1], &helper, sizeof(helper)) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	close(up[1]);
	assert_int_equal(read(up[0], pid, sizeof(*pid)), sizeof(*pid));
	close(up[0]);
	return parent;
}

/* As a container's first process does. The fastest of some counts: the machine
 * may be busy. */
static void assert_waits_for_nobody(bool qemu)
{
	uint64_t fastest = UINT64_MAX;
	struct ending e;

	for (int i = 0; i < 5; i++) {
		pid_t pid, parent = start_careless_parent(qemu, &pid);
		uint64_t us;

		assert_int_equal(
			qemu ? process_adopt(&process, pid, proc_start(pid))
			     : process_adopt_helper(&process, 0, pid,
						    proc_start(pid)),
			0);
		assert_int_equal(run(LONG_MS, &e), 0);
		us = e.marks.at_us[MARK_MEMORY] - e.marks.at_us[MARK_ASKED];
		fastest = us < fastest ? us : fastest;
		kill(parent, SIGKILL);
		assert_int_equal(waitpid(parent, NULL, 0), parent);
	}
	assert_in_range(fastest, 0, 90000);
}

static void ending_waits_for_memory_not_for_who_reaps(void **state)
{
	(void)state;
	assert_waits_for_nobody(false);
}

static void ending_waits_for_qemu_not_for_who_reaps(void **state)
{
	(void)state;
	assert_waits_for_nobody(true);
}

/* As who may not: nothing is waited for. */
static void ending_qemu_of_another_user_is_eperm(void **state)
{
	pid_t pid = start(true, NULL);
	struct ending e;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(process_adopt(&process, pid, proc_start(pid)), 0);
	assert_int_equal(setresuid(65534, 65534, 0), 0);
	assert_int_equal(run(LONG_MS, &e), -EPERM);
	assert_int_equal(setresuid(0, 0, 0), 0);
	assert_string_equal(told.steps, "");
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	process_close(&process);
}

#define TEST(t) cmocka_unit_test_setup(t, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ending_idle_qemu_goes_by_sigterm),
		TEST(ending_deaf_qemu_is_killed_then_its_helper),
		TEST(ending_memory_alone_is_nudged),
		TEST(ending_waits_for_memory_not_for_who_reaps),
		TEST(ending_waits_for_qemu_not_for_who_reaps),
		TEST(ending_qemu_of_another_user_is_eperm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
