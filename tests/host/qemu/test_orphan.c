// SPDX-License-Identifier: Apache-2.0
#include "host/qemu/orphan.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/qemu/proc.h"
#include "tests/host/qemu/orphan_stage.h"

static pid_t found(const char *name, const struct orphan_hint *hint)
{
	struct orphan o;

	orphan_find(&o, name, stage.lock, hint);
	return o.qemu.pid;
}

static void orphan_names_the_appliance_and_holds_its_lock(void **state)
{
	struct orphan_hint hint;
	char longer[64];
	pid_t pid;
	int go;

	(void)state;
	snprintf(longer, sizeof(longer), "%s2", stage_web());
	pid = stage_start(stage_web(), stage.lock, -1, &go);
	assert_int_equal(found(stage_web(), &no_hint), pid);
	assert_int_equal(found("web", &no_hint), 0);
	assert_int_equal(found(longer, &no_hint), 0);
	/* a file that says otherwise does not count */
	hint = stage_hint(getpid(), proc_start(getpid()));
	assert_int_equal(found(stage_web(), &hint), pid);
	stage_end(pid, go);
	assert_int_equal(found(stage_web(), &no_hint), 0);
}

static void orphan_whose_lock_was_removed_is_found(void **state)
{
	pid_t pid;
	int go;

	(void)state;
	pid = stage_start(stage_web(), stage.lock, -1, &go);
	assert_int_equal(unlink(stage.lock), 0);
	assert_int_equal(found(stage_web(), &no_hint), pid);
	stage_end(pid, go);
}

/* The record is right about pid and time, but the process is another's. */
static void orphan_without_the_lock_is_none(void **state)
{
	struct orphan_hint hint;
	char other[SCRATCH_PATH];
	pid_t pid;
	int go;

	(void)state;
	scratch_path(&stage.scratch, "other", other);
	pid = stage_start(stage_web(), other, -1, &go);
	hint = stage_hint(pid, proc_start(pid));
	assert_int_equal(found(stage_web(), &no_hint), 0);
	assert_int_equal(found(stage_web(), &hint), 0);
	stage_end(pid, go);
}

/* It holds the lock as well, for a moment, and has no other name yet. */
static void
orphan_with_a_helper_that_has_no_name_yet_is_the_parent(void **state)
{
	pid_t child, pid = stage_pair(stage.lock, ":", &child);
	pid_t said = found(stage_web(), &no_hint), parent = proc_parent(child);

	(void)state;
	stage_end_pair(pid, child);
	assert_int_equal(parent, pid);
	assert_int_equal(said, pid);
}

static void proc_argument_finds_the_word_after(void **state)
{
	static const char cmdline[] =
		"qemu\0-name\0web\0-netdev\0a\0-netdev\0b";
	const size_t n = sizeof(cmdline);

	(void)state;
	assert_string_equal(proc_argument(cmdline, n, "-name", 0), "web");
	assert_string_equal(proc_argument(cmdline, n, "-netdev", 1), "b");
	assert_null(proc_argument(cmdline, n, "-netdev", 2));
	assert_null(proc_argument(cmdline, n, "web", 1));
	assert_null(proc_argument("", 0, "-name", 0));
}

/* A zombie that is ours, and one of a parent that does not reap it. */
static void proc_start_tells_who_is_there(void **state)
{
	pid_t pid, stranger, parent;

	(void)state;
	assert_true(proc_start(getpid()) > 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	assert_int_equal(
		waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT),
		0);
	assert_true(proc_start(pid) > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(proc_start(pid), 0);
	stranger = stage_nameless(1, &parent);
	kill(stranger, SIGKILL);
	for (int i = 0; i < 1000 && proc_start(stranger); i++)
		poll(NULL, 0, 10);
	assert_int_equal(proc_start(stranger), 0);
	assert_int_equal(proc_parent(stranger), parent);
	stage_end_nameless(stranger, parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orphan_names_the_appliance_and_holds_its_lock),
		cmocka_unit_test(
			orphan_with_a_helper_that_has_no_name_yet_is_the_parent),
		cmocka_unit_test(orphan_whose_lock_was_removed_is_found),
		cmocka_unit_test(orphan_without_the_lock_is_none),
		cmocka_unit_test(proc_argument_finds_the_word_after),
		cmocka_unit_test(proc_start_tells_who_is_there),
	};

	return cmocka_run_group_tests(tests, stage_begin, stage_over);
}
