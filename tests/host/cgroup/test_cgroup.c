// SPDX-License-Identifier: Apache-2.0
#include "host/cgroup/cgroup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/host/scratch.h"

static struct scratch root; /* in place of / */
static char error[SENTENCE_MAX];

static void make(const char *name)
{
	char path[SCRATCH_PATH];

	scratch_path(&root, name, path);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void write_text(const char *name, const char *text)
{
	scratch_write(&root, name, text, strlen(text), 0644);
}

static int set_up(void **state)
{
	static const char *const dirs[] = {
		"proc",
		"proc/self",
		"sys",
		"sys/fs",
		"sys/fs/cgroup",
		"sys/fs/cgroup/u",
		"sys/fs/cgroup/u/shim",
	};

	(void)state;
	scratch_make(&root);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make(dirs[i]);
	write_text("proc/self/mountinfo",
		   "22 1 0:20 / /proc rw - proc proc rw\n"
		   "30 1 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 c rw\n");
	write_text("proc/self/cgroup", "5:cpu:/x\n0::/u\n");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&root);
	return 0;
}

static const char *in_root(const char *name)
{
	static char path[SCRATCH_PATH];

	scratch_path(&root, name, path);
	return path;
}

static void group_is_found_by_mount_and_path(void **state)
{
	struct cgroup c;

	(void)state;
	assert_int_equal(cgroup_find(&c, root.dir, error), 0);
	assert_string_equal(c.own, in_root("sys/fs/cgroup/u"));
	assert_string_equal(c.base, c.own);
}

static void service_in_its_subgroup_makes_leaves_beside_it(void **state)
{
	struct cgroup c;

	(void)state;
	write_text("proc/self/cgroup", "0::/u/shim\n");
	assert_int_equal(cgroup_find(&c, root.dir, error), 0);
	assert_string_equal(c.own, in_root("sys/fs/cgroup/u/shim"));
	assert_string_equal(c.base, in_root("sys/fs/cgroup/u"));
}

static void part_that_is_mounted_is_taken_off_the_path(void **state)
{
	struct cgroup c;

	(void)state;
	write_text("proc/self/mountinfo",
		   "30 1 0:26 /box /sys/fs/cgroup rw - cgroup2 c rw\n");
	write_text("proc/self/cgroup", "0::/box/u\n");
	assert_int_equal(cgroup_find(&c, root.dir, error), 0);
	assert_string_equal(c.own, in_root("sys/fs/cgroup/u"));
}

static void mount_that_is_covered_by_another_is_passed_over(void **state)
{
	struct cgroup c;

	(void)state;
	write_text("proc/self/mountinfo",
		   "29 1 0:25 / /sys/fs/cgroup/gone rw - cgroup2 c rw\n"
		   "30 1 0:26 / /sys/fs/cgroup rw - cgroup2 c rw\n");
	assert_int_equal(cgroup_find(&c, root.dir, error), 0);
	assert_string_equal(c.own, in_root("sys/fs/cgroup/u"));
}

static void no_cgroup2_is_one_sentence(void **state)
{
	struct cgroup c;

	(void)state;
	write_text("proc/self/mountinfo",
		   "30 1 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw\n");
	assert_int_equal(cgroup_find(&c, root.dir, error), -ENOENT);
	assert_non_null(strstr(error, "no cgroup v2 is mounted, or not"));
}

static void memory_group_of_v1_is_found_by_its_controller(void **state)
{
	struct cgroup c;

	(void)state;
	write_text("proc/self/mountinfo",
		   "29 1 0:25 / /sys/fs/cgroup/x rw - cgroup c rw,cpu\n"
		   "30 1 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 c rw\n"
		   "31 1 0:27 / /sys/fs/cgroup/u rw - cgroup c rw,hugetlb,"
		   "memory\n");
	write_text("proc/self/cgroup",
		   "6:memoryx:/bad\n5:hugetlb,memory:/shim\n0::/u\n");
	assert_int_equal(cgroup_find_memory_v1(&c, root.dir, error), 0);
	assert_string_equal(c.own, in_root("sys/fs/cgroup/u/shim"));
	assert_string_equal(c.base, in_root("sys/fs/cgroup/u"));
}

static void no_memory_controller_of_v1_is_one_sentence(void **state)
{
	struct cgroup c;

	(void)state;
	assert_int_equal(cgroup_find_memory_v1(&c, root.dir, error), -ENOENT);
	assert_non_null(strstr(error, "no memory controller of cgroup v1"));
}

static void leaf_is_made_and_removed(void **state)
{
	struct cgroup_leaf leaf;
	struct cgroup c;

	(void)state;
	assert_int_equal(cgroup_find(&c, root.dir, error), 0);
	assert_int_equal(cgroup_leaf_make(&c, "web", 3, &leaf, error), 0);
	assert_string_equal(leaf.path, in_root("sys/fs/cgroup/u/vm-web-3"));
	assert_true(leaf.fd >= 0);
	assert_true(cgroup_leaf_remove(&leaf));
	assert_int_equal(access(in_root("sys/fs/cgroup/u/vm-web-3"), F_OK), -1);
	assert_true(cgroup_leaf_remove(&leaf)); /* there is none any more */
}

static void leaf_that_somebody_is_in_is_left_alone(void **state)
{
	struct cgroup_leaf leaf;
	struct cgroup c;

	(void)state;
	assert_int_equal(cgroup_find(&c, root.dir, error), 0);
	make("sys/fs/cgroup/u/vm-web-1");
	make("sys/fs/cgroup/u/vm-web-1/busy"); /* rmdir fails, as there */
	assert_int_equal(cgroup_leaf_make(&c, "web", 1, &leaf, error), 0);
	assert_string_equal(leaf.path, in_root("sys/fs/cgroup/u/vm-web-1.1"));
	make("sys/fs/cgroup/u/vm-web-1.1/busy");
	assert_false(cgroup_leaf_remove(&leaf));
	assert_int_equal(access(in_root("sys/fs/cgroup/u/vm-web-1.1"), F_OK),
			 0);
}

static const char *group(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "sys/fs/cgroup/u/%s", name);
	return path;
}

static void leaves_left_behind_are_removed_and_others_are_not(void **state)
{
	static const char *const left[] = { "vm-web-7", "vm-web-12.3" };
	static const char *const others[] = { "vm-web-1-7", "vm-web",
					      "vm-web-",    "vm-web-1.",
					      "vm-web--1",  "vm-we-1",
					      "web-1" };
	struct cgroup_leaf leaf;
	struct cgroup c;

	(void)state;
	assert_int_equal(cgroup_find(&c, root.dir, error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(left); i++)
		make(group(left[i]));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		make(group(others[i]));
	assert_int_equal(cgroup_leaf_make(&c, "web", 1, &leaf, error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(left); i++)
		assert_int_equal(access(in_root(group(left[i])), F_OK), -1);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_int_equal(access(in_root(group(others[i])), F_OK), 0);
	cgroup_leaf_remove(&leaf);
}

static void leaf_of_a_process_is_known_by_its_name(void **state)
{
	struct cgroup_leaf leaf[CGROUP_HIERARCHIES];

	(void)state;
	make("proc/41");
	make("sys/fs/cgroup/u/vm-web-3");
	write_text("proc/41/cgroup", "5:cpu:/x\n0::/u/vm-web-3\n");
	cgroup_leaf_of(root.dir, 41, "web", leaf);
	assert_string_equal(leaf[0].path, in_root("sys/fs/cgroup/u/vm-web-3"));
	assert_true(leaf[0].fd >= 0);
	assert_string_equal(leaf[1].path, "");
	assert_int_equal(leaf[1].fd, -1);
	assert_int_equal(cgroup_leaf_entrance(&leaf[1]), -EBADF);
	assert_true(cgroup_leaf_remove(&leaf[0]));
	assert_int_equal(access(in_root("sys/fs/cgroup/u/vm-web-3"), F_OK), -1);
	write_text("proc/41/cgroup", "0::/u\n"); /* beside its shim */
	cgroup_leaf_of(root.dir, 41, "web", leaf);
	assert_string_equal(leaf[0].path, "");
	cgroup_leaf_of(root.dir, 42, "web", leaf); /* it has gone */
	assert_string_equal(leaf[0].path, "");
	assert_true(cgroup_leaf_remove(&leaf[0]));
}

static void base_that_has_gone_is_one_sentence(void **state)
{
	struct cgroup_leaf leaf;
	struct cgroup c;

	(void)state;
	assert_int_equal(cgroup_find(&c, root.dir, error), 0);
	strcat(c.base, "/gone");
	assert_int_equal(cgroup_leaf_make(&c, "web", 1, &leaf, error), -ENOENT);
	assert_non_null(strstr(error, "/gone/vm-web-1: cannot be made"));
	assert_int_equal(leaf.fd, -1);
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(group_is_found_by_mount_and_path),
		ONE(service_in_its_subgroup_makes_leaves_beside_it),
		ONE(part_that_is_mounted_is_taken_off_the_path),
		ONE(mount_that_is_covered_by_another_is_passed_over),
		ONE(no_cgroup2_is_one_sentence),
		ONE(memory_group_of_v1_is_found_by_its_controller),
		ONE(no_memory_controller_of_v1_is_one_sentence),
		ONE(leaf_is_made_and_removed),
		ONE(leaf_that_somebody_is_in_is_left_alone),
		ONE(leaves_left_behind_are_removed_and_others_are_not),
		ONE(leaf_of_a_process_is_known_by_its_name),
		ONE(base_that_has_gone_is_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
