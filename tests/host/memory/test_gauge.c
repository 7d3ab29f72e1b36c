// SPDX-License-Identifier: Apache-2.0
/*
 * Groups and /proc are played by files. A real memory group of cgroup v1, with
 * a process in it that really holds memory, is tests/host/memory/test_group.c.
 */
#include "host/memory/gauge.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/cgroup/cgroup.h"
#include "tests/host/scratch.h"

static const struct cgroup_leaf none = { .fd = -1 };
static struct scratch scratch;
static struct cgroup_leaf leaf;
static struct gauge gauge;
static uint64_t held;

static void write_text(const char *name, const char *text)
{
	scratch_write(&scratch, name, text, strlen(text), 0600);
}

static int set_up(void **state)
{
	static const char *const dirs[] = { "proc", "proc/7", "leaf" };
	char path[SCRATCH_PATH];

	(void)state;
	scratch_make(&scratch);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		scratch_path(&scratch, dirs[i], path);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	leaf.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	held = 42;
	return leaf.fd < 0;
}

static int tear_down(void **state)
{
	(void)state;
	gauge_close(&gauge);
	close(leaf.fd);
	scratch_remove(&scratch);
	return 0;
}

static void say_process(unsigned long resident_mib, unsigned long available_mib)
{
	unsigned long pages =
		(resident_mib << 20) / (unsigned long)sysconf(_SC_PAGESIZE);
	char text[128];

	snprintf(text, sizeof(text), "9999999 %lu 5 6 0 7 0\n", pages);
	write_text("proc/7/statm", text);
	snprintf(text, sizeof(text),
		 "MemTotal: 16777216 kB\nMemAvailable: %lu kB\n",
		 available_mib << 10);
	write_text("proc/meminfo", text);
}

static void assert_held_mib(uint64_t mib)
{
	assert_int_equal(gauge_read(&gauge, &held), 0);
	assert_int_equal(held, mib << 20);
}

static void group_is_read_again_without_its_page_cache(void **state)
{
	(void)state;
	write_text("leaf/memory.current", "1073741824\n");
	write_text("leaf/memory.stat",
		   "anon 1000\nfile 10485760\nkernel 1\nshmem 4194304\n"
		   "file_mapped 77\n");
	assert_int_equal(gauge_open(&gauge, &leaf, &none, 7, scratch.dir), 0);
	assert_string_equal(gauge_word(&gauge), "cgroup");
	assert_held_mib(1024 - 6); /* 10 of cache, 4 of them the guest's */
	write_text("leaf/memory.current", "8388608\n");
	assert_held_mib(2);
	write_text("leaf/memory.current", "1048576\n"); /* read apart */
	assert_held_mib(0);
}

static void group_whose_statistics_cannot_be_read_is_taken_whole(void **state)
{
	(void)state;
	write_text("leaf/memory.current", "1048576\n");
	assert_int_equal(gauge_open(&gauge, &leaf, &none, 7, scratch.dir), 0);
	assert_held_mib(1);
}

static void group_of_v1_is_read_by_its_own_names(void **state)
{
	(void)state;
	write_text("leaf/memory.usage_in_bytes", "1073741824\n");
	write_text("leaf/memory.stat",
		   "cache 10485760\nrss 5\nshmem 4194304\ntotal_cache 99\n");
	assert_int_equal(gauge_open(&gauge, &none, &leaf, 7, scratch.dir), 0);
	assert_string_equal(gauge_word(&gauge), "cgroup v1");
	assert_held_mib(1024 - 6);
}

static void leaf_without_the_controller_is_no_gauge(void **state)
{
	(void)state;
	say_process(512, 1000);
	assert_int_equal(gauge_open(&gauge, &leaf, &none, 7, scratch.dir), 0);
	assert_string_equal(gauge_word(&gauge), "process");
	assert_held_mib(512);
}

static void dying_process_is_estimated_by_what_becomes_available(void **state)
{
	(void)state;
	say_process(512, 1000);
	assert_int_equal(gauge_open(&gauge, &none, &none, 7, scratch.dir), 0);
	assert_held_mib(512);
	say_process(0, 1100);
	assert_held_mib(412);
	assert_string_equal(gauge_word(&gauge), "MemAvailable");
	say_process(0, 900); /* somebody else took more than it gave back */
	assert_held_mib(512);
	say_process(0, 9000);
	assert_held_mib(0);
}

static void process_that_was_dying_from_the_first_is_not_known(void **state)
{
	(void)state;
	say_process(0, 1000);
	assert_int_equal(gauge_open(&gauge, &none, &none, 7, scratch.dir), 0);
	assert_int_equal(gauge_read(&gauge, &held), -ENODATA);
	say_process(0, 1500);
	assert_int_equal(gauge_read(&gauge, &held), -ENODATA);
	assert_int_equal(held, 42); /* untouched */
}

static void nobody_to_read_is_an_error_and_no_gauge(void **state)
{
	(void)state;
	assert_int_equal(gauge_open(&gauge, &none, &none, 8, scratch.dir),
			 -ENOENT);
	assert_int_equal(gauge_read(&gauge, &held), -ENODATA);
	assert_string_equal(gauge_word(&gauge), "none");
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(group_is_read_again_without_its_page_cache),
		ONE(group_whose_statistics_cannot_be_read_is_taken_whole),
		ONE(group_of_v1_is_read_by_its_own_names),
		ONE(leaf_without_the_controller_is_no_gauge),
		ONE(dying_process_is_estimated_by_what_becomes_available),
		ONE(process_that_was_dying_from_the_first_is_not_known),
		ONE(nobody_to_read_is_an_error_and_no_gauge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
