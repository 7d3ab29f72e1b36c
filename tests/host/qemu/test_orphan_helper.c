// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_orphan_helper.c - helpers of QEMUs that have gone
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/qemu/proc.h"
#include "tests/host/qemu/orphan_stage.h"

/* It is called after the pid that its QEMU has there. */
static void orphan_helper_in_a_container_needs_no_other_qemu(void **state)
{
	pid_t child, pid = stage_pair(stage.lock,
				      "printf cleanup/99999999 >/proc/$$/comm",
				      &child);
	char comm[32] = "";
	struct orphan o;

	(void)state;
	for (int i = 0; i < 1000 && strncmp(comm, "cleanup/", 8) != 0; i++) {
		poll(NULL, 0, 10);
		proc_read(child, "comm", comm, sizeof(comm));
	}
	orphan_find(&o, stage_web(), stage.lock, &no_hint);
	stage_end_pair(pid, child);
	assert_int_equal(o.qemu.pid, pid);
	assert_int_equal(o.drains, 0);
}

/* Its QEMU has gone, and the record says that it was ours. */
static void orphan_helper_needs_a_qemu_that_has_gone(void **state)
{
	struct orphan_hint hint = { .qemu = { .start = 1 } };
	struct orphan o;
	pid_t qemu, pid;
	int go, go_helper;

	(void)state;
	qemu = stage_start(stage_web(), stage.lock, -1, &go);
	hint.qemu.pid = qemu;
	pid = stage_helper(qemu, go, &go_helper);
	orphan_find(&o, stage_web(), stage.lock, &hint);
	assert_int_equal(o.last.process.pid, 0);
	stage_end(qemu, go);
	orphan_find(&o, stage_web(), stage.lock, &hint);
	assert_int_equal(o.last.process.pid, pid);
	orphan_find(&o, "db", stage.lock, &no_hint);
	assert_int_equal(o.last.process.pid, 0);
	stage_end(pid, go_helper);
}

/* To a shim that is not its parent, is @pid what is left of its QEMU? */
static bool is_left(const struct orphan_hint *hint, pid_t pid)
{
	pid_t shim = fork();
	int status;

	if (shim == 0) {
		struct orphan o;

		orphan_find(&o, stage_web(), stage.lock, hint);
		_exit(o.last.process.pid == pid);
	}
	assert_int_equal(waitpid(shim, &status, 0), shim);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Another user's, or a container's, which has the same name. */
static void orphan_helper_of_another_lock_is_a_strangers(void **state)
{
	pid_t qemu = stage_gone(), pid;
	char other[SCRATCH_PATH];
	struct orphan_hint hint;
	int go;

	(void)state;
	hint = stage_hint(qemu, 1);
	pid = stage_helper(qemu, -1, &go);
	assert_true(is_left(&no_hint, pid));
	stage_end(pid, go);
	scratch_path(&stage.scratch, "other", other);
	stage_lock(other);
	pid = stage_helper(qemu, -1, &go);
	stage_lock(stage.lock);
	assert_false(is_left(&no_hint, pid));
	assert_true(is_left(&hint, pid));      /* the record says so */
	hint.qemu.start = proc_start(pid) + 1; /* of one that began later */
	assert_false(is_left(&hint, pid));
	stage_end(pid, go);
}

/* Two generations end, one after the other, beside one that runs. */
static void orphan_helpers_beside_a_qemu_drain(void **state)
{
	struct orphan_hint hint;
	pid_t gone[2], pid[2], qemu;
	int go, go_helper[2];
	struct orphan o;

	(void)state;
	for (int i = 0; i < 2; i++) {
		gone[i] = stage_start(stage_web(), "/dev/null", -1, &go);
		stage_end(gone[i], go);
		pid[i] = stage_helper(gone[i], i ? go_helper[0] : -1,
				      &go_helper[i]);
	}
	orphan_find(&o, stage_web(), stage.lock, &no_hint);
	assert_int_equal(o.drains, 1); /* besides the last, whichever */
	hint = stage_hint(gone[0], 1);
	orphan_find(&o, stage_web(), stage.lock, &hint);
	assert_int_equal(o.last.process.pid, pid[0]);
	assert_int_equal(o.drain[0].process.pid, pid[1]);
	assert_int_equal(o.drain[0].qemu, gone[1]);
	qemu = stage_start(stage_web(), stage.lock, -1, &go);
	orphan_find(&o, stage_web(), stage.lock, &hint);
	assert_int_equal(o.qemu.pid, qemu);
	assert_int_equal(o.last.process.pid, 0);
	assert_int_equal(o.drains, 2);
	stage_end(qemu, go);
	stage_end(pid[1], go_helper[1]);
	stage_end(pid[0], go_helper[0]);
}

static void orphan_helper_without_a_name_is_known_by_the_record(void **state)
{
	pid_t qemu = stage_gone(), parent, pid = stage_nameless(qemu, &parent);
	struct orphan_hint hint = { .helper = {
					    [2] = { { pid, proc_start(pid) },
						    qemu,
						    7 },
				    } };
	struct orphan o;

	(void)state;
	orphan_find(&o, stage_web(), stage.lock, &no_hint);
	assert_int_equal(o.last.process.pid, 0);
	hint.qemu.pid = getpid(); /* it was of a generation before */
	orphan_find(&o, stage_web(), stage.lock, &hint);
	assert_int_equal(o.last.process.pid, 0);
	assert_int_equal(o.drains, 1);
	assert_int_equal(o.drain[0].process.pid, pid);
	assert_int_equal(o.drain[0].qemu, qemu);
	assert_int_equal(o.drain[0].generation, 7);
	hint.helper[2].process.start++; /* of who had that pid before */
	orphan_find(&o, stage_web(), stage.lock, &hint);
	assert_int_equal(o.drains, 0);
	stage_end_nameless(pid, parent);
}

/* That of the record has gone: what drains is of another generation. */
static void orphan_helper_of_an_earlier_qemu_is_not_the_last(void **state)
{
	pid_t qemu = stage_gone(), pid;
	struct orphan_hint hint = stage_hint(getpid(), 1);
	struct orphan o;
	int go;

	(void)state;
	pid = stage_helper(qemu, -1, &go);
	orphan_find(&o, stage_web(), stage.lock, &hint);
	assert_int_equal(o.last.process.pid, 0);
	assert_int_equal(o.drains, 1);
	assert_int_equal(o.drain[0].process.pid, pid);
	stage_end(pid, go);
}

/* The pid of its QEMU is another's by now. */
static void orphan_helper_older_than_its_qemu_drains(void **state)
{
	struct orphan o;
	pid_t pid, other;
	int go, go_other;

	(void)state;
	pid = stage_start(stage_web(), "/dev/null", -1, &go);
	other = stage_start("db", "/dev/null", go, &go_other);
	while (proc_start(other) == proc_start(pid)) { /* the same tick */
		stage_end(other, go_other);
		other = stage_start("db", "/dev/null", go, &go_other);
	}
	stage_call_helper(pid, other, go);
	orphan_find(&o, stage_web(), stage.lock, &no_hint);
	assert_int_equal(o.last.process.pid, pid);
	stage_end(other, go_other);
	stage_end(pid, go);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			orphan_helper_in_a_container_needs_no_other_qemu),
		cmocka_unit_test(orphan_helper_needs_a_qemu_that_has_gone),
		cmocka_unit_test(orphan_helper_of_another_lock_is_a_strangers),
		cmocka_unit_test(orphan_helpers_beside_a_qemu_drain),
		cmocka_unit_test(
			orphan_helper_without_a_name_is_known_by_the_record),
		cmocka_unit_test(
			orphan_helper_of_an_earlier_qemu_is_not_the_last),
		cmocka_unit_test(orphan_helper_older_than_its_qemu_drains),
	};

	return cmocka_run_group_tests(tests, stage_begin, stage_over);
}
