// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_oom.c - what the kernel's counters and its log say
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/qemu/oom.h"

static void counter_is_found_in_each_kind_of_hierarchy(void **state)
{
	static const struct {
		const char *groups;
		unsigned int place;
		const char *path;
	} rows[] = {
		{ "0::/reprise.slice/vm-1\n", 0,
		  "/sys/fs/cgroup/reprise.slice/vm-1/memory.events" },
		{ "4:memory:/a\n0::/b\n", 1,
		  "/sys/fs/cgroup/unified/b/memory.events" },
		{ "12:cpu,cpuacct:/x\n4:memory:/a\n0::/b\n", 2,
		  "/sys/fs/cgroup/memory/a/memory.oom_control" },
		{ "12:cpu,cpuacct:/x\n", 2, "" },
		{ "", 0, "" },
		{ "0:", 0, "" },
		{ "no colon at all\n0::/b", 0,
		  "/sys/fs/cgroup/b/memory.events" },
	};
	char path[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(
			oom_counter_path(rows[i].groups, rows[i].place, path));
		assert_string_equal(path, rows[i].path);
	}
	assert_false(oom_counter_path("0::/b\n", 3, path));
}

static void counter_is_looked_for_up_to_the_mount(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_true(oom_counter_path("0::/a/b", 0, path));
	assert_true(oom_counter_outer(0, path));
	assert_string_equal(path, "/sys/fs/cgroup/a/memory.events");
	assert_true(oom_counter_outer(0, path));
	assert_string_equal(path, "/sys/fs/cgroup/memory.events");
	assert_false(oom_counter_outer(0, path));
}

static void count_is_that_of_kills_not_of_limits(void **state)
{
	(void)state;
	assert_int_equal(oom_count("low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\n"
				   "oom_group_kill 1\n"),
			 2);
	assert_int_equal(oom_count("oom_kill_disable 1\nunder_oom 0\n"
				   "oom_kill 4\n"),
			 4);
	assert_int_equal(oom_count("oom 3\n"), 0);
	assert_int_equal(oom_count("xoom_kill 3\n"), 0);
	assert_int_equal(oom_count(""), 0);
}

static void log_names_a_pid_of_our_time(void **state)
{
	static const char record[] =
		"3,1201,50000000,-;Out of memory: Killed process 417 "
		"(qemu-system-s39) total-vm:1kB";

	(void)state;
	assert_true(oom_log_names(record, 417, 40000000));
	assert_true(oom_log_names(record, 417, 50500000)); /* two clocks */
	assert_false(oom_log_names(record, 417, 60000000));
	assert_false(oom_log_names(record, 41, 40000000));
	assert_false(oom_log_names(record, 4170, 40000000));
	assert_true(oom_log_names(
		"3,1,50000000,-;Memory cgroup out of memory: Killed process "
		"417 (qemu)",
		417, 1));
	assert_false(oom_log_names("Killed process 417 (qemu)", 417, 1));
	assert_false(oom_log_names("", 417, 1));
}

static void log_names_the_helper_that_shares_the_memory(void **state)
{
	static const char record[] =
		"3,356,9314634,-;Memory cgroup out of memory: Killed process "
		"76 (cleanup/75) total-vm:66964kB";

	(void)state;
	assert_true(oom_log_names(record, 75, 9000000));
	assert_true(oom_log_names(record, 76, 9000000));
	assert_false(oom_log_names(record, 7, 9000000));
	assert_false(oom_log_names(record, 75, 60000000));
	assert_false(oom_log_names("6,1,9314634,-;[76] (cleanup/75)", 75, 1));
}

static void process_that_was_not_killed_is_not_found(void **state)
{
	struct oom_watch w;

	(void)state;
	oom_watch(&w, getpid(), 1ULL << 60);
	assert_int_equal(oom_found(&w), OOM_NONE);
	oom_watch(&w, -1, 1ULL << 60);
	assert_string_equal(w.counter, "");
	assert_int_equal(oom_found(&w), OOM_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counter_is_found_in_each_kind_of_hierarchy),
		cmocka_unit_test(counter_is_looked_for_up_to_the_mount),
		cmocka_unit_test(count_is_that_of_kills_not_of_limits),
		cmocka_unit_test(log_names_a_pid_of_our_time),
		cmocka_unit_test(log_names_the_helper_that_shares_the_memory),
		cmocka_unit_test(process_that_was_not_killed_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
