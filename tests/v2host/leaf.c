// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/leaf.c - a generation's cgroup: who is in it, and how long
 */
#include "tests/integration/stub_image.h"
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

#include <sys/stat.h>

#define LEAF "vm-under-test-1"

enum { TOUCHED = 64 << 20 };

static bool is_one_of(json_int_t pid, const pid_t pids[2])
{
	return pid == pids[0] || pid == pids[1];
}

void leaf_holds_qemu_and_its_helper(void **state)
{
	struct rig *r = *state;
	pid_t pids[BED_PIDS];

	bed_run(r, "touch=64", "");
	rig_await_ready(r);
	assert_int_equal(bed_pids(LEAF, pids), 2);
	assert_true(is_one_of(rig_number(r, "pid"), pids));
	assert_true(is_one_of(rig_number(r, "helper"), pids));
	assert_in_range(bed_number(LEAF "/memory.current"), TOUCHED,
			2 * TOUCHED);
	assert_int_equal(bed_count(LEAF "/cgroup.events", "populated"), 1);
	bed_stop(r);
	assert_false(bed_has(LEAF));
}

void generation_has_a_leaf_of_its_own(void **state)
{
	struct rig *r = *state;
	pid_t pids[BED_PIDS];

	bed_run(r, "", "");
	rig_await_ready(r);
	RIG_DO(r, "reboot", r->name, "--full", "--wait");
	bed_await_gone(LEAF); /* nobody waits for its memory */
	assert_int_equal(bed_pids("vm-under-test-2", pids), 2);
	assert_true(is_one_of(rig_number(r, "pid"), pids));
	bed_stop(r);
	assert_false(bed_has("vm-under-test-2"));
}

/* As in a shell: no group that has processes hands controllers on. */
void leaf_in_the_group_of_its_shim_counts_no_memory(void **state)
{
	struct rig *r = *state;
	pid_t pids[BED_PIDS];

	bed_write("cgroup.procs", 0);
	rig_run_model(r, "touch=64", "");
	bed_leave();
	rig_await_ready(r);
	assert_int_equal(bed_pids(LEAF, pids), 2);
	assert_false(bed_has(LEAF "/memory.current"));
	assert_int_equal(bed_count(LEAF "/cgroup.events", "populated"), 1);
	bed_stop(r);
	assert_false(bed_has(LEAF));
}

void leaf_is_made_without_rights_in_a_delegated_group(void **state)
{
	struct rig *r = *state;
	pid_t pids[BED_PIDS];
	struct stat st;

	bed_run_as_nobody(r, "touch=64", "");
	rig_await_ready(r);
	assert_int_equal(bed_pids(LEAF, pids), 2);
	assert_int_equal(stat("/sys/fs/cgroup/bed/" LEAF, &st), 0);
	assert_int_equal(st.st_uid, NOBODY);
	assert_true(bed_number(LEAF "/memory.current") >= TOUCHED);
	bed_stop(r);
	assert_false(bed_has(LEAF));
}
