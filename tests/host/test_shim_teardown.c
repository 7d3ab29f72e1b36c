// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_shim_teardown.c - generations that drain beside each other
 *
 * A pipe stands for the pidfd of a helper: it becomes readable when it ends.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/sys.h"
#include "host/config/appliance.h"
#include "host/qemu/proc.h"
#include "host/shim_impl.h"

static const struct appliance appliance = { .name = "guest" };
static const struct image image;
static const struct shim_options options = { .appliance = &appliance,
					     .image = &image };

/* Return: the end that stays open for as long as its helper lives */
static int end_generation(struct shim *s, uint32_t generation)
{
	int helper[2];

	assert_int_equal(pipe2(helper, O_CLOEXEC), 0);
	s->lc.generation = generation;
	s->process = (struct process){ .pidfd = -1, .helper_pidfd = helper[0] };
	shim_teardown(s);
	return helper[1];
}

/* As many as there can be: admission sees to it. */
static void each_that_drains_is_followed_and_noted(void **state)
{
	struct shim s;
	int helper[SHIM_TEARDOWNS];

	(void)state;
	shim_init(&s, &options);
	s.record_told = true;
	assert_int_equal(loop_init(&s.loop), 0);
	assert_true(shim_teardown_open(&s) >= 0);
	for (uint32_t i = 0; i < SHIM_TEARDOWNS; i++)
		helper[i] = end_generation(&s, i + 1);
	shim_keep(&s);
	assert_int_equal(s.teardowns, SHIM_TEARDOWNS);
	for (uint32_t i = 0; i < SHIM_TEARDOWNS; i++) {
		assert_int_equal(s.teardown[i].generation, i + 1);
		assert_int_equal(s.record.known.helper[i].generation, i + 1);
	}
	assert_int_equal(s.later_count, 0);
	shim_teardown_close(&s);
	loop_close(&s.loop);
	for (int i = 0; i < SHIM_TEARDOWNS; i++)
		close(helper[i]);
}

/* The loop has not told yet. */
static void one_that_has_ended_is_reaped_when_the_next_one_ends(void **state)
{
	struct shim s;
	int helper[SHIM_TEARDOWNS];
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	shim_init(&s, &options);
	assert_int_equal(loop_init(&s.loop), 0);
	assert_true(shim_teardown_open(&s) >= 0);
	for (uint32_t i = 0; i < SHIM_DRAINS; i++)
		helper[i] = end_generation(&s, i + 1);
	close(s.teardown[2].process.helper_pidfd);
	s.teardown[2].process.helper_pidfd = sys_pidfd_open(pid, 0);
	assert_int_equal(
		waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT),
		0);
	helper[SHIM_DRAINS] = end_generation(&s, SHIM_DRAINS + 1);
	assert_int_equal(waitpid(pid, NULL, 0), -1);
	assert_int_equal(s.teardowns, SHIM_DRAINS);
	assert_int_equal(s.teardown[0].generation, 1);
	assert_int_equal(s.teardown[2].generation, 4);
	shim_teardown_close(&s);
	loop_close(&s.loop);
	for (int i = 0; i < SHIM_TEARDOWNS; i++)
		close(helper[i]);
}

/* A child stands for the helper; it has no leaf, and no slot of the ledger. */
static void helper_of_an_earlier_shim_is_followed_to_its_end(void **state)
{
	struct shim s;
	struct process p = PROCESS_NONE;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		for (;;)
			pause();
	shim_init(&s, &options);
	assert_int_equal(process_adopt_helper(&p, 4711, pid, proc_start(pid)),
			 0);
	assert_int_equal(loop_init(&s.loop), 0);
	assert_true(shim_teardown_open(&s) >= 0);
	shim_teardown_adopt(&s, &p, 7);
	assert_int_equal(p.helper_pidfd, -1);
	assert_int_equal(s.teardowns, 1);
	assert_int_equal(s.teardown[0].process.helper, pid);
	assert_int_equal(s.teardown[0].generation, 7);
	assert_true(s.teardown[0].slot >= 0);
	assert_int_equal(s.teardown[0].promise.fd, -1);
	shim_teardown_close(&s);
	loop_close(&s.loop);
	/* it was nudged */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_that_drains_is_followed_and_noted),
		cmocka_unit_test(
			one_that_has_ended_is_reaped_when_the_next_one_ends),
		cmocka_unit_test(
			helper_of_an_earlier_shim_is_followed_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
