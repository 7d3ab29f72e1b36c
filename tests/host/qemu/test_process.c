// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_process.c - whose helper is it?
 *
 * A child stands for QEMU, its child for the helper: that has the name of one.
 */
#include "host/qemu/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/qemu/lockmark.h"
#include "host/qemu/proc.h"
#include "tests/host/qemu/orphan_stage.h"

enum { END_MS = 10000 };

/* Return: QEMU; both end with the test */
static pid_t start_qemu_and_helper(void)
{
	char name[32];
	int up[2];
	pid_t pid;

	assert_int_equal(pipe(up), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(name, sizeof(name), "cleanup/%d", (int)getpid());
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			prctl(PR_SET_NAME, name);
			if (write(up[1], "", 1) != 1)
				_exit(1);
		}
		for (;;)
			pause();
	}
	assert_int_equal(read(up[0], &(char){ 0 }, 1), 1);
	close(up[0]);
	close(up[1]);
	return pid;
}

/* QEMU reaps nobody: one that was killed is its zombie, and told of no more;
 * when QEMU has ended it is ours, and found to be reaped. */
static void helper_is_found_until_it_ends(void **state)
{
	pid_t qemu = start_qemu_and_helper();
	struct process p;
	struct pollfd end;

	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	assert_int_equal(process_adopt(&p, qemu, proc_start(qemu)), 0);
	assert_int_equal(process_find_helper(&p, ""), 0);
	end = (struct pollfd){ .fd = p.helper_pidfd, .events = POLLIN };
	process_nudge_helper(&p);
	assert_int_equal(poll(&end, 1, END_MS), 1);
	process_reap_helper(&p); /* it is not ours: only closed */
	assert_int_equal(p.helper_status, -1);
	assert_int_equal(process_find_helper(&p, ""), -ESRCH);
	assert_int_equal(kill(qemu, SIGKILL), 0);
	process_reap(&p);
	assert_int_equal(process_find_helper(&p, ""), 0);
	process_reap_helper(&p);
	assert_int_equal(p.status, SIGKILL);
	assert_int_equal(p.helper_status, SIGKILL);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	assert_int_equal(errno, ECHILD);
	process_close(&p);
}

/* A helper of @qemu that is no child of ours, for as long as @parent lives. */
static pid_t start_strange_helper(pid_t qemu, pid_t *parent)
{
	pid_t pid;
	int up[2];

	assert_int_equal(pipe(up), 0);
	*parent = fork();
	if (*parent == 0) {
		int go;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pid = stage_helper(qemu, -1, &go);
		if (write(up[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		for (;;)
			pause();
	}
	close(up[1]);
	assert_int_equal(read(up[0], &pid, sizeof(pid)), sizeof(pid));
	close(up[0]);
	return pid;
}

/* Anybody may have the name, and who has that pid now is not our QEMU. */
static void helper_elsewhere_is_believed_by_its_mark(void **state)
{
	struct process p = { .pid = stage_gone(),
			     .pidfd = -1,
			     .helper_pidfd = -1 };
	int lock = open(stage.lock, O_RDONLY | O_CLOEXEC);
	char mark[LOCKMARK_SIZE];
	pid_t parent, helper = start_strange_helper(p.pid, &parent);

	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	lockmark_make(lock, mark);
	close(lock);
	assert_int_equal(process_find_helper(&p, ""), -ESRCH);
	assert_int_equal(process_find_helper(&p, "lock-0-0"), -ESRCH);
	assert_int_equal(process_find_helper(&p, mark), 0);
	assert_int_equal(p.helper, helper);
	process_close(&p);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_int_equal(waitpid(helper, NULL, 0), helper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(helper_is_found_until_it_ends),
		cmocka_unit_test_setup_teardown(
			helper_elsewhere_is_believed_by_its_mark, stage_begin,
			stage_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
