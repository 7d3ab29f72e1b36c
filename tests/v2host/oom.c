// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/oom.c - a group with a limit, and QEMU killed for it
 *
 * A neighbour in the group takes what is left of it; of all that are in there
 * the kernel kills the one that holds most.
 */
#include "tests/integration/stub_image.h"
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

#include <stdio.h>

#define LEAF "vm-under-test-1"

enum { LEFT = 8 << 20, TAKEN = 16 << 20 };

static const char never[] = "[restart]\npolicy = never\n";

/* What was run in BED. */
static void exhaust(struct rig *r)
{
	pid_t pid;

	rig_await_ready(r);
	bed_write("memory.max", bed_number("memory.current") + LEFT);
	assert_int_equal(bed_count("memory.events", "oom_kill"), 0);
	pid = bed_start_taking(TAKEN);
	assert_true(child_await_pid(pid));
	rig_assert_end(r, 89);
	assert_true(bed_count("memory.events", "oom_kill") >= 1);
	rig_assert_nothing_left(r);
	assert_false(bed_has(LEAF));
}

void oom_kill_is_in_the_log(void **state)
{
	struct rig *r = *state;

	bed_run(r, "touch=64", never);
	exhaust(r);
	rig_await_said(r, "out of memory: the host's kernel killed QEMU");
	rig_await_said(r, "the kernel's log names its pid");
}

/* Where the log may not be read. */
void oom_kill_is_counted_by_the_leaf(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rename("/dev/kmsg", "/dev/kmsg.away"), 0);
	bed_run(r, "touch=64", never);
	exhaust(r);
	rename("/dev/kmsg.away", "/dev/kmsg");
	rig_await_said(r, "out of memory: the host's kernel killed QEMU");
	rig_await_said(r, "its control group counts an OOM kill");
}

/* There the group around the leaf is what QEMU's memory is charged to. */
void oom_kill_is_counted_around_a_leaf_that_counts_nothing(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rename("/dev/kmsg", "/dev/kmsg.away"), 0);
	bed_write("cgroup.procs", 0);
	rig_run_model(r, "touch=64", never);
	bed_leave();
	exhaust(r);
	rename("/dev/kmsg.away", "/dev/kmsg");
	rig_await_said(r, "its control group counts an OOM kill");
}
