// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_process.c - whose helper is it?
 *
 * The test is QEMU to a child that has a helper's name.
 */
#include "host/qemu/process.h"

#include <errno.h>
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

static pid_t start_helper(void)
{
	char name[32];
	int up[2];
	pid_t pid;

	snprintf(name, sizeof(name), "cleanup/%d", (int)getpid());
	assert_int_equal(pipe(up), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
		prctl(PR_SET_NAME, name);
		if (write(up[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	assert_int_equal(read(up[0], &(char){ 0 }, 1), 1);
	close(up[0]);
	close(up[1]);
	return pid;
}

/* QEMU reaps nobody: one that was killed stays, and is told of no more. */
static void helper_is_found_until_it_ends(void **state)
{
	struct process p = { .pid = getpid(), .pidfd = -1, .helper_pidfd = -1 };
	pid_t pid = start_helper();

	(void)state;
	assert_int_equal(process_find_helper(&p), 0);
	assert_int_equal(p.helper, pid);
	close(p.helper_pidfd);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(
		waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT),
		0);
	assert_int_equal(process_find_helper(&p), -ESRCH);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(helper_is_found_until_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
