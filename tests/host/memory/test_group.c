// SPDX-License-Identifier: Apache-2.0
/*
 * With the kernel's own memory controller of cgroup v1, below the group of the
 * test; skipped where there is none, or it may not be written. A process that
 * holds memory stands in for QEMU, a second one that shares it for its helper.
 */
#include "host/memory/gauge.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/sys.h"
#include "host/cgroup/cgroup.h"
#include "host/launch/spawn.h"
#include "tests/host/scratch.h"

enum { HOLD_MIB = 64, CACHE_MIB = 16, DEADLINE_MS = 20000 };

static const struct cgroup_leaf none = { .fd = -1 };
static char here[] = "", error[SENTENCE_MAX], name[32];
static struct scratch scratch;
static struct cgroup cgroup;
static struct cgroup_leaf leaf;
static struct gauge gauge;
static struct spawned made;
static int entrance, output[2];
static pid_t helper; /* 0: none */

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	leaf = none;
	gauge = (struct gauge){ .kind = GAUGE_CLOSED };
	made = (struct spawned){ .pidfd = -1 };
	entrance = output[0] = output[1] = -1;
	snprintf(name, sizeof(name), "test%d", (int)getpid());
	return 0;
}

static void end_program(void)
{
	if (made.pidfd < 0)
		return;
	kill(made.pid, SIGKILL);
	waitpid(made.pid, NULL, __WALL);
	close(made.pidfd);
	made.pidfd = -1;
}

static void end_helper(void)
{
	if (!helper)
		return;
	kill(helper, SIGKILL);
	waitpid(helper, NULL, __WALL);
	helper = 0;
}

static int tear_down(void **state)
{
	const int fds[] = { entrance, output[0], output[1] };

	(void)state;
	end_program();
	end_helper();
	gauge_close(&gauge);
	cgroup_leaf_remove(&leaf);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	scratch_remove(&scratch);
	return 0;
}

static void make_leaf(void)
{
	if (cgroup_find_memory_v1(&cgroup, "", error) < 0 ||
	    cgroup_leaf_make(&cgroup, name, 1, &leaf, error) < 0)
		skip();
	entrance = cgroup_leaf_entrance(&leaf);
	assert_true(entrance >= 0);
}

/* Started in the leaf; it says a line when it holds what it is to hold. */
static void start(const char *script)
{
	char sh[] = "sh", c[] = "-c", byte;
	char *const argv[] = { sh, c, strdupa(script), NULL };

	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	const struct spawn s = {
		.argv = argv,
		.output = output[1],
		.cgroup = -1,
		.memory_group = entrance,
	};
	assert_int_equal(spawn_program(&s, NULL, false, &made), 0);
	assert_true(made.in_memory_group);
	assert_int_equal(
		poll(&(struct pollfd){ output[0], POLLIN, 0 }, 1, DEADLINE_MS),
		1);
	assert_int_equal(read(output[0], &byte, 1), 1);
}

static void program_is_in_its_group_before_its_first_instruction(void **state)
{
	char text[4096], wanted[64];
	ssize_t n;

	(void)state;
	make_leaf();
	start("echo; cat /proc/self/cgroup");
	waitpid(made.pid, NULL, __WALL);
	close(made.pidfd);
	made.pidfd = -1;
	n = read(output[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	snprintf(wanted, sizeof(wanted), "/vm-%s-1\n", name);
	assert_non_null(strstr(text, wanted));
}

static int wait_for_end(void *stack)
{
	(void)stack;
	return pause();
}

/* In the group: memory, page cache, and a helper that shares the former. */
_Noreturn static void hold(const char *file)
{
	static char stack[65536];
	const size_t size = (size_t)HOLD_MIB << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	pid_t sharer = -1;

	if (write(entrance, "0", 1) == 1 && p != MAP_FAILED) {
		memset(p, 1, size);
		sharer = write(fd, p, CACHE_MIB << 20) < 0
				 ? -1
				 : clone(wait_for_end, stack + sizeof(stack),
					 CLONE_VM | SIGCHLD, NULL);
	}
	(void)!write(output[1], &sharer, sizeof(sharer));
	wait_for_end(NULL);
	_exit(0);
}

static void start_holder(const char *file)
{
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	made.pid = fork();
	if (made.pid == 0)
		hold(file);
	made.pidfd = sys_pidfd_open(made.pid, 0);
	assert_int_equal(
		poll(&(struct pollfd){ output[0], POLLIN, 0 }, 1, DEADLINE_MS),
		1);
	assert_int_equal(read(output[0], &helper, sizeof(helper)),
			 sizeof(helper));
	assert_true(helper > 0);
}

static uint64_t held_mib(void)
{
	uint64_t held;

	assert_int_equal(gauge_read(&gauge, &held), 0);
	return held >> 20;
}

static void gauge_shows_the_memory_until_the_helper_has_gone(void **state)
{
	char file[SCRATCH_PATH];
	uint64_t held, kept, left;

	(void)state;
	make_leaf();
	scratch_path(&scratch, "cache", file);
	assert_int_equal(gauge_open(&gauge, &none, &leaf, 0, here), 0);
	start_holder(file);
	held = held_mib();
	end_program();
	kept = held_mib();
	end_helper();
	left = held_mib();
	assert_string_equal(gauge_word(&gauge), "cgroup v1");
	assert_in_range(held, HOLD_MIB, HOLD_MIB + CACHE_MIB / 2);
	assert_in_range(kept, HOLD_MIB, HOLD_MIB + CACHE_MIB / 2);
	assert_in_range(left, 0, CACHE_MIB / 2);
}

static void leaf_of_a_program_is_found_with_its_memory(void **state)
{
	struct cgroup_leaf found[CGROUP_HIERARCHIES];

	(void)state;
	make_leaf();
	start("echo; exec sleep 1000");
	cgroup_leaf_of("", made.pid, name, found);
	assert_string_equal(found[1].path, leaf.path);
	assert_int_equal(gauge_open(&gauge, &found[0], &found[1], made.pid, ""),
			 0);
	assert_int_equal(gauge.kind, GAUGE_CGROUP_V1);
	assert_int_equal(rmdir(found[1].path), -1);
	close(found[1].fd);
	end_program();
	assert_true(cgroup_leaf_remove(&leaf));
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(program_is_in_its_group_before_its_first_instruction),
		ONE(gauge_shows_the_memory_until_the_helper_has_gone),
		ONE(leaf_of_a_program_is_found_with_its_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
