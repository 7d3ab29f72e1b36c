// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_doctor.c - the verb, on the machine that there is
 */
#include "host/verbs/verbs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/verbs/screen.h"

enum { DEADLINE_S = 60 };

#define WIPE "\r\033[K"

/* What host/main.c has. */
int verb_refuse(const char *error)
{
	fprintf(stderr, "reprise: %s\n", error);
	return VERB_REFUSED;
}

/* @err: where its errors go; -1: to the terminal, as all else */
static void run(int err)
{
	static const struct verb self = { .name = "doctor" };
	pid_t pid;

	alarm(DEADLINE_S);
	screen_open(24, 200);
	pid = fork();
	if (pid == 0) {
		dup2(screen.inner, STDOUT_FILENO);
		dup2(err < 0 ? screen.inner : err, STDERR_FILENO);
		verb_doctor(&self, 0, NULL);
		puts("END");
		fflush(stdout);
		_exit(0);
	}
	screen_await("END");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void doctor_on_a_terminal_says_what_it_looks_at(void **state)
{
	(void)state;
	run(-1);
	assert_true(screen_says(WIPE "KVM ..." WIPE));
	assert_true(screen_says("secure guests ..." WIPE));
	screen_close();
}

static void doctor_elsewhere_says_only_what_it_found(void **state)
{
	int err[2];
	char said[256];

	(void)state;
	assert_int_equal(pipe(err), 0);
	run(err[1]);
	close(err[1]);
	assert_int_equal(read(err[0], said, sizeof(said)), 0);
	close(err[0]);
	assert_false(screen_says("KVM ..."));
	screen_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doctor_on_a_terminal_says_what_it_looks_at),
		cmocka_unit_test(doctor_elsewhere_says_only_what_it_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
