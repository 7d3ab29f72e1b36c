// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_leftover.c - what is there, while it changes
 *
 * The search through /proc is this test's own (host/qemu/orphan.h): it tells,
 * look by look, what a real one would have seen at that moment. Lock, record
 * and processes are real.
 */
#include "host/leftover.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/image.h"
#include "host/config/runtime.h"
#include "host/qemu/proc.h"
#include "tests/host/scratch.h"

static struct scratch scratch;
static struct runtime rt;
static struct leftover left;
static char error[SENTENCE_MAX];

/* What is seen; from the second look on, or a later one, the second. */
static struct orphan seen[2];
static unsigned int looks, second_at;
static pid_t ends_at_look; /* before the first is told; 0: nobody */

void orphan_find(struct orphan *o, const char *name, const char *lock,
		 const struct orphan_hint *hint)
{
	(void)name;
	(void)lock;
	(void)hint;
	if (ends_at_look) {
		kill(ends_at_look, SIGKILL);
		waitpid(ends_at_look, NULL, 0);
		ends_at_look = 0;
	}
	*o = seen[looks++ >= second_at];
}

/* In place of a QEMU. Return: its pid; it has the lock if rt has it */
static pid_t start(void)
{
	int up[2];
	pid_t pid;

	assert_int_equal(pipe(up), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
		close(rt.shim_fd);
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

static struct identity_of_process identity(pid_t pid)
{
	return (struct identity_of_process){ pid, proc_start(pid) };
}

static struct orphan_helper helper_of(pid_t qemu, pid_t pid)
{
	return (struct orphan_helper){ identity(pid), qemu, 7 };
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	setenv("REPRISE_RUNTIME_DIR", scratch.dir, 1);
	memset(seen, 0, sizeof(seen));
	looks = 0;
	second_at = 1;
	return runtime_open(&rt, "web", error);
}

static int tear_down(void **state)
{
	(void)state;
	runtime_remove(&rt);
	scratch_remove(&scratch);
	return 0;
}

/* The shim dies; the next one opens. Return: its QEMU, which has the lock */
static pid_t leave_qemu(void)
{
	pid_t pid = start();

	runtime_close(&rt);
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	assert_true(rt.occupied);
	return pid;
}

static void look_nothing_there_is_nothing(void **state)
{
	(void)state;
	assert_int_equal(leftover_look(&left, &rt, "web", NULL, error), 0);
	assert_false(left.any);
	assert_int_equal(looks, 1);
	leftover_close(&left);
}

static void look_qemu_that_ends_before_it_is_held_is_gone(void **state)
{
	pid_t pid = leave_qemu();

	(void)state;
	seen[0].qemu = identity(pid);
	ends_at_look = pid;
	assert_int_equal(leftover_look(&left, &rt, "web", NULL, error), 0);
	assert_false(left.any);
	assert_false(rt.occupied);
	assert_int_equal(looks, 2);
	leftover_close(&left);
}

/* As after a handover: it ended when nobody looked, and is ours to reap. */
static void look_qemu_that_is_ours_to_reap_is_there(void **state)
{
	const struct image image = { .id = "" };
	pid_t pid = leave_qemu();

	(void)state;
	seen[0].qemu = identity(pid);
	kill(pid, SIGKILL);
	assert_int_equal(
		waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT),
		0);
	assert_int_equal(leftover_find(&left, &rt, "web", NULL, &image, error),
			 0);
	assert_true(left.left.qemu);
	assert_false(leftover_lives(&left));
	assert_false(left.unlocked || rt.occupied);
	assert_int_equal(left.qemu.qmp_fd, -1);
	assert_int_equal(process_reap(&left.qemu.process), SIGKILL);
	leftover_close(&left);
}

/* Its helper counts only when QEMU has gone, which the first look missed. */
static void look_qemu_that_ends_unseen_shows_its_helper(void **state)
{
	pid_t pid = leave_qemu(), helper = start();

	(void)state;
	ends_at_look = pid;
	seen[1].last = helper_of(4711, helper);
	assert_int_equal(leftover_look(&left, &rt, "web", NULL, error), 0);
	assert_true(left.left.memory);
	assert_int_equal(left.qemu.process.helper, helper);
	assert_true(left.qemu.process.helper_pidfd >= 0);
	leftover_close(&left);
	end(helper);
}

static void look_helpers_beside_a_qemu_are_held_as_well(void **state)
{
	pid_t pid = leave_qemu(), helper = start(), gone = start();

	(void)state;
	end(gone);
	seen[0] = (struct orphan){
		.qemu = identity(pid),
		.drains = 2,
		.drain = { helper_of(4711, gone), helper_of(4712, helper) },
	};
	assert_int_equal(leftover_look(&left, &rt, "web", NULL, error), 0);
	assert_true(left.left.qemu && left.left.draining);
	assert_int_equal(left.drains, 1);
	assert_int_equal(left.drain[0].process.helper, helper);
	assert_int_equal(left.drain[0].process.pid, 4712);
	assert_int_equal(left.drain[0].generation, 7);
	leftover_close(&left);
	assert_int_equal(left.drains, 0);
	end(helper);
	end(pid);
}

static void look_qemu_whose_lock_is_gone_is_unlocked(void **state)
{
	pid_t pid = start();
	const struct image image = { .id = "" };

	(void)state;
	seen[0].qemu = seen[1].qemu = identity(pid);
	rt.occupied = false;
	assert_int_equal(leftover_look(&left, &rt, "web", NULL, error), 0);
	assert_true(left.unlocked);
	assert_int_equal(left.qemu.process.pid, pid);
	assert_false(process_ended(&left.qemu.process));
	leftover_close(&left);
	assert_int_equal(leftover_find(&left, &rt, "web", NULL, &image, error),
			 -EBUSY);
	assert_non_null(strstr(error, "reprise release web"));
	end(pid);
}

static void find_qemu_without_its_socket_is_left_alone(void **state)
{
	const struct image image = { .id = "" };
	pid_t pid = leave_qemu();

	(void)state;
	seen[0].qemu = seen[1].qemu = identity(pid);
	assert_int_equal(leftover_find(&left, &rt, "web", NULL, &image, error),
			 -EBUSY);
	assert_non_null(strstr(error, "qmp.sock"));
	assert_non_null(strstr(error, "reprise release web"));
	assert_int_equal(left.qemu.process.pidfd, -1);
	assert_int_equal(kill(pid, 0), 0);
	end(pid);
}

/* As where the host has not run it between fork and exec. */
static void look_lock_of_somebody_unseen_for_two_seconds_is_his(void **state)
{
	pid_t pid = leave_qemu();

	(void)state;
	seen[1].qemu = identity(pid);
	second_at = 100;
	assert_int_equal(leftover_look(&left, &rt, "web", NULL, error), 0);
	assert_int_equal(left.qemu.process.pid, pid);
	assert_int_equal(looks, 101);
	end(pid);
}

static void look_lock_of_somebody_unseen_is_ebusy(void **state)
{
	pid_t pid = leave_qemu();

	(void)state;
	assert_int_equal(leftover_look(&left, &rt, "web", NULL, error), -EBUSY);
	assert_non_null(strstr(error, "fuser"));
	assert_true(looks > 1);
	end(pid);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(look_nothing_there_is_nothing),
		TEST(look_qemu_that_ends_before_it_is_held_is_gone),
		TEST(look_qemu_that_is_ours_to_reap_is_there),
		TEST(look_qemu_that_ends_unseen_shows_its_helper),
		TEST(look_helpers_beside_a_qemu_are_held_as_well),
		TEST(look_qemu_whose_lock_is_gone_is_unlocked),
		TEST(find_qemu_without_its_socket_is_left_alone),
		TEST(look_lock_of_somebody_unseen_for_two_seconds_is_his),
		TEST(look_lock_of_somebody_unseen_is_ebusy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
