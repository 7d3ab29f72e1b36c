// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/oom.c - a group with a limit, and QEMU killed for it
 *
 * A neighbour in the group takes what is left of it; of all that are in there
 * the kernel kills the one that holds most.
 */
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEAF "vm-under-test-1"

enum { LEFT = 8 << 20, TAKEN = 16 << 20 };

/* By a process in the group, which ends as soon as it has them. */
static void take_memory(size_t bytes)
{
	pid_t pid;

	bed_enter();
	pid = fork();
	if (pid == 0)
		_exit(mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
			   0) == MAP_FAILED);
	bed_leave();
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void exhaust(struct rig *r)
{
	bed_run(r, "touch=64", "[restart]\npolicy = never\n");
	rig_await_ready(r);
	bed_write("memory.max", bed_number("memory.current") + LEFT);
	assert_int_equal(bed_count("memory.events", "oom_kill"), 0);
	take_memory(TAKEN);
	rig_assert_end(r, 89);
	assert_true(bed_count("memory.events", "oom_kill") >= 1);
	rig_assert_nothing_left(r);
	assert_false(bed_has(LEAF));
}

void oom_kill_is_in_the_log(void **state)
{
	struct rig *r = *state;

	exhaust(r);
	rig_await_said(r, "out of memory: the host's kernel killed QEMU");
	rig_await_said(r, "the kernel's log names its pid");
}

/* Where the log may not be read. */
void oom_kill_is_counted_by_the_leaf(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rename("/dev/kmsg", "/dev/kmsg.away"), 0);
	exhaust(r);
	rename("/dev/kmsg.away", "/dev/kmsg");
	rig_await_said(r, "out of memory: the host's kernel killed QEMU");
	rig_await_said(r, "its control group counts an OOM kill");
}
