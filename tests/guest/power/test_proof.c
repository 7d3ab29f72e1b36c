// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/power/test_proof.c - the proof, read from a tree made by hand
 */
#include "guest/power/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/guest/tree.h"

static void quiet_tree(const char *root)
{
	tree_file(root, "/proc/meminfo",
		  "MemTotal: 9 kB\nDirty:    12 kB\nWriteback:   3 kB\n"
		  "WritebackTmp:   99 kB\n");
	tree_file(root, "/proc/self/mountinfo",
		  "1 1 0:2 / / rw - rootfs rootfs rw\n"
		  "22 1 0:20 / /proc rw - proc proc rw\n"
		  "36 1 254:0 / /data ro - ext4 /dev/vda ro\n");
	tree_file(root, "/sys/block/vda/inflight", "       0        0\n");
	tree_link(root, "/proc/1/exe", "/init");
	tree_folder(root, "/proc/2/");
	tree_folder(root, "/sys/class/");
}

static void proof_of_a_quiet_guest_is_clean(void **state)
{
	struct proof p;

	quiet_tree(*state);
	proof_read(*state, &p);
	assert_int_equal(p.dirty_kib, 12);
	assert_int_equal(p.writeback_kib, 3);
	assert_true(proof_clean(&p));
}

static void proof_counts_mounts_requests_and_processes(void **state)
{
	struct proof p;

	quiet_tree(*state);
	tree_file(*state, "/proc/self/mountinfo",
		  "36 1 254:0 / /a rw - ext4 /dev/vda rw\n"
		  "37 1 254:1 / /b ro - ext4 /dev/vdb rw\n"
		  "what is this\n");
	tree_file(*state, "/sys/block/vda/inflight", "       3        4\n");
	tree_file(*state, "/sys/block/vdb/inflight", "       1        0\n");
	tree_link(*state, "/proc/77/exe", "/bin/web");
	proof_read(*state, &p);
	assert_int_equal(p.rw_mounts, 3);
	assert_int_equal(p.inflight, 8);
	assert_int_equal(p.processes, 1);
}

static void proof_of_what_cannot_be_read_is_not_clean(void **state)
{
	struct proof p;

	proof_read(*state, &p);
	assert_true(p.dirty_kib == PROOF_UNKNOWN);
	assert_true(p.rw_mounts == PROOF_UNKNOWN);
	assert_true(p.inflight == PROOF_UNKNOWN);
	assert_true(p.processes == PROOF_UNKNOWN);
	assert_false(proof_clean(&p));
}

static void proof_of_a_disk_that_cannot_be_read_is_not_clean(void **state)
{
	struct proof p;

	quiet_tree(*state);
	tree_folder(*state, "/sys/block/vdb/"); /* unplugged */
	proof_read(*state, &p);
	assert_true(proof_clean(&p));
	tree_folder(*state, "/sys/block/vdb/inflight/");
	proof_read(*state, &p);
	assert_true(p.inflight == PROOF_UNKNOWN);
	assert_false(proof_clean(&p));
}

static void proof_without_a_block_layer_has_nothing_in_flight(void **state)
{
	struct proof p;

	tree_folder(*state, "/sys/class/");
	proof_read(*state, &p);
	assert_int_equal(p.inflight, 0);
}

/* A zombie has no exe link; it is a child nevertheless. */
static void proof_counts_a_child_that_has_no_memory_left(void **state)
{
	pid_t pid;
	struct proof p;

	quiet_tree(*state);
	pid = fork();
	if (pid == 0)
		_exit(0);
	proof_read(*state, &p);
	assert_int_equal(p.processes, 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	proof_read(*state, &p);
	assert_int_equal(p.processes, 0);
}

#define TREE(test)                                                             \
	cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE(proof_of_a_quiet_guest_is_clean),
		TREE(proof_counts_mounts_requests_and_processes),
		TREE(proof_of_what_cannot_be_read_is_not_clean),
		TREE(proof_of_a_disk_that_cannot_be_read_is_not_clean),
		TREE(proof_without_a_block_layer_has_nothing_in_flight),
		TREE(proof_counts_a_child_that_has_no_memory_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
