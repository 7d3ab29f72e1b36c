// SPDX-License-Identifier: Apache-2.0
/*
 * On real processes: whom the kernel would kill is what /proc/PID/oom_score
 * says. Its scale is that of the machine: 0 to 2000, the larger the sooner.
 */
#include "host/memory/victim.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pid_t sleeper;

static int set_up(void **state)
{
	(void)state;
	sleeper = fork();
	if (sleeper == 0)
		for (;;)
			pause();
	return sleeper < 0;
}

static void end_sleeper(void)
{
	if (sleeper) {
		kill(sleeper, SIGKILL);
		waitpid(sleeper, NULL, 0);
	}
	sleeper = 0;
}

static int tear_down(void **state)
{
	(void)state;
	end_sleeper();
	return 0;
}

static long number_of(pid_t pid, const char *file)
{
	char path[64], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return strtol(text, NULL, 10);
}

static void newest_is_killed_before_whoever_serves(void **state)
{
	int fd = victim_open(sleeper);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(victim_stand(fd, STANDING_BOOTS), 0);
	assert_int_equal(number_of(sleeper, "oom_score_adj"), 999);
	/* than one that has all of the memory and no points of its own */
	assert_true(number_of(sleeper, "oom_score") > 1300);
	close(fd);
}

static void newest_that_serves_stands_as_we_do(void **state)
{
	int fd = victim_open(sleeper);

	(void)state;
	assert_int_equal(victim_stand(fd, STANDING_BOOTS), 0);
	assert_int_equal(victim_stand(fd, STANDING_SERVES), 0);
	assert_int_equal(number_of(sleeper, "oom_score_adj"),
			 number_of(getpid(), "oom_score_adj"));
	close(fd);
}

static void serving_below_a_raised_shim_is_raised_too(void **state)
{
	int own = victim_open(0), fd = victim_open(sleeper);
	long before = number_of(getpid(), "oom_score_adj");
	char text[16];
	int n = snprintf(text, sizeof(text), "%ld", before);

	(void)state;
	assert_int_equal(pwrite(own, "200", 3, 0), 3);
	assert_int_equal(victim_stand(fd, STANDING_SERVES), 0);
	assert_int_equal(pwrite(own, text, (size_t)n, 0), n);
	assert_int_equal(number_of(sleeper, "oom_score_adj"), 200);
	close(own);
	close(fd);
}

/* It takes CAP_SYS_RESOURCE, which root in a container may lack. */
static void shim_is_spared_where_it_may_be(void **state)
{
	int fd = victim_open(sleeper);
	int r = victim_stand(fd, STANDING_SHIM);

	(void)state;
	close(fd);
	if (r == 0)
		assert_int_equal(number_of(sleeper, "oom_score_adj"), -900);
	else
		assert_int_equal(r, -EACCES);
}

static void process_that_was_reaped_is_esrch(void **state)
{
	int fd = victim_open(sleeper);

	(void)state;
	end_sleeper();
	assert_int_equal(victim_stand(fd, STANDING_BOOTS), -ESRCH);
	close(fd);
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(newest_is_killed_before_whoever_serves),
		ONE(newest_that_serves_stands_as_we_do),
		ONE(serving_below_a_raised_shim_is_raised_too),
		ONE(shim_is_spared_where_it_may_be),
		ONE(process_that_was_reaped_is_esrch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
