// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_process.c - whose helper is it?
 *
 * A child stands for QEMU, its child for the helper: that has the name of one.
 */
#include "host/qemu/process.h"

#include <errno.h>
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

#include "host/qemu/proc.h"

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
	assert_int_equal(process_find_helper(&p), 0);
	end = (struct pollfd){ .fd = p.helper_pidfd, .events = POLLIN };
	process_nudge_helper(&p);
	assert_int_equal(poll(&end, 1, END_MS), 1);
	process_reap_helper(&p); /* it is not ours: only closed */
	assert_int_equal(p.helper_status, -1);
	assert_int_equal(process_find_helper(&p), -ESRCH);
	assert_int_equal(kill(qemu, SIGKILL), 0);
	process_reap(&p);
	assert_int_equal(process_find_helper(&p), 0);
	process_reap_helper(&p);
	assert_int_equal(p.status, SIGKILL);
	assert_int_equal(p.helper_status, SIGKILL);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	assert_int_equal(errno, ECHILD);
	process_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(helper_is_found_until_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
