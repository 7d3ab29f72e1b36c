// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_teardown.c - what is told of a generation that has ended
 *
 * A child stands for the helper: it works for a while, and ends when nudged.
 */
#include "host/teardown.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/qemu/proc.h"

enum { BUSY_MS = 20, END_MS = 10000, SECOND_US = 1000000 };

static _Noreturn void work(int ready)
{
	while (clock() < BUSY_MS * CLOCKS_PER_SEC / 1000)
		;
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* Of a QEMU that exited with 1, as its shim has it. Ended by the test. */
static struct teardown begin(void)
{
	struct teardown t = { .generation = 3,
			      .leaf = { { .fd = -1 }, { .fd = -1 } },
			      .promise = { .fd = -1 } };
	int ready[2];
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0)
		work(ready[1]);
	assert_int_equal(
		process_adopt_helper(&t.process, 4711, pid, proc_start(pid)),
		0);
	close(ready[1]);
	assert_int_equal(read(ready[0], &(char){ 0 }, 1), 1);
	close(ready[0]);
	t.process.status = 1 << 8;
	assert_int_equal(gauge_open(&t.gauge, &t.leaf[0], &t.leaf[1], pid, ""),
			 0);
	teardown_begin(&t, false, SECOND_US);
	return t;
}

static void await_back(struct teardown *t)
{
	struct pollfd end = { .fd = t->process.helper_pidfd, .events = POLLIN };

	assert_int_equal(poll(&end, 1, END_MS), 1);
	teardown_back(t, SECOND_US + SECOND_US / 2);
}

static void one_that_drains_does_not_say_how_its_helper_ended(void **state)
{
	struct teardown t = begin();
	json_t *object = teardown_json(&t, SECOND_US + 1);

	(void)state;
	assert_string_equal(
		json_string_value(json_object_get(object, "qemu_exit")),
		"exit status 1");
	assert_null(json_object_get(object, "helper_exit"));
	assert_int_equal(
		json_integer_value(json_object_get(object, "held_bytes")),
		t.drain.held_first);
	json_decref(object);
	await_back(&t);
	teardown_end(&t);
}

static void one_that_is_back_says_what_it_was(void **state)
{
	struct teardown t = begin();
	json_int_t held, at_exit, rate, left_us, cpu_us;
	const char *helper_exit;
	json_t *object;

	(void)state;
	await_back(&t);
	object = teardown_json(&t, SECOND_US + SECOND_US / 2);
	assert_int_equal(json_unpack(object, "{s:s, s:I, s:I, s:I, s:I, s:I}",
				     "helper_exit", &helper_exit, "held_bytes",
				     &held, "at_exit_bytes", &at_exit, "rate",
				     &rate, "left_us", &left_us, "cpu_us",
				     &cpu_us),
			 0);
	assert_string_equal(helper_exit, "SIGKILL");
	assert_int_equal(held, 0);
	assert_true(at_exit > 0);
	assert_int_equal(rate, at_exit * 2);
	assert_int_equal(left_us, 0);
	assert_in_range(cpu_us, BUSY_MS * 1000 / 2, END_MS * 1000);
	json_decref(object);
	teardown_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_that_drains_does_not_say_how_its_helper_ended),
		cmocka_unit_test(one_that_is_back_says_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
