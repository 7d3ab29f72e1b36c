// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_domains.c - cgroups with limits, as files of a scratch
 */
#include "host/memory/domains.h"

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
#include <jansson.h>

#include "host/sentence.h"
#include "tests/host/scratch.h"

#define MIB (1ULL << 20)
static const char stat_text[] = "anon 5000\ninactive_file 1048576\n"
				"active_file 2097152\n"
				"slab_reclaimable 4194304\n"
				"slab_unreclaimable 77\n";

static struct scratch scratch;
static char mount[SCRATCH_PATH], error[SENTENCE_MAX];
static struct domain domain[ADMISSION_DOMAINS];

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[SCRATCH_PATH];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	scratch_write(&scratch, path, text, strlen(text), 0600);
}

static void make_dir(const char *name)
{
	char path[SCRATCH_PATH];

	scratch_path(&scratch, name, path);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* @limit: NULL: without a memory controller */
static void make_group(const char *name, const char *limit, const char *used)
{
	make_dir(name);
	if (!limit)
		return;
	write_file(name, "memory.max", limit);
	write_file(name, "memory.current", used);
	write_file(name, "memory.stat", stat_text);
}

static void find(struct domains *d, const char *name)
{
	char dir[SCRATCH_PATH];

	scratch_path(&scratch, name, dir);
	domains_find(d, mount, dir);
}

static uint64_t inode_of(const char *name)
{
	char path[SCRATCH_PATH];
	struct stat st;

	scratch_path(&scratch, name, path);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static int set_up(void **state)
{
	static const char meminfo[] = "MemTotal:       104857600 kB\n"
				      "MemAvailable:     8388608 kB\n";

	(void)state;
	scratch_make(&scratch);
	make_dir("proc");
	scratch_write(&scratch, "proc/meminfo", meminfo, strlen(meminfo), 0600);
	make_dir("cg");
	scratch_path(&scratch, "cg", mount);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static void host_without_limits_is_one_domain(void **state)
{
	struct domains d = { .reserve = 0 };

	(void)state;
	make_group("cg/unit", NULL, NULL);
	find(&d, "cg/unit");
	assert_int_equal(d.groups, 0);
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_int_equal(domain[0].room, 8192 * MIB);
	assert_int_equal(domain[0].reserve, 3072 * MIB);
	d.reserve = 7 * MIB;
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_int_equal(domain[0].reserve, 7 * MIB);
}

static void group_with_a_limit_is_a_domain(void **state)
{
	struct domains d = { .reserve = 0 };

	(void)state;
	make_group("cg/vms.slice", "1073741824\n", "104857600\n");
	make_group("cg/vms.slice/unit", "max\n", "50\n");
	find(&d, "cg/vms.slice/unit");
	assert_int_equal(d.groups, 2);
	assert_int_equal(d.group[0].id, inode_of("cg/vms.slice/unit"));
	assert_int_equal(d.group[1].id, inode_of("cg/vms.slice"));
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_string_equal(domain[0].name, "the host");
	assert_int_equal(domain[1].total, UINT64_MAX);
	assert_int_equal(domain[1].room, UINT64_MAX);
	assert_string_equal(domain[2].name, "the cgroup /vms.slice");
	assert_int_equal(domain[2].total, 1024 * MIB);
	assert_int_equal(domain[2].room, 924 * MIB);
	assert_int_equal(domain[2].reclaimable, 7 * MIB);
	assert_in_range(domain[2].reserve, 30 * MIB, 31 * MIB);
}

/* Its own numbers are those of the group alone, the total_ ones all below it. */
static void make_group_v1(const char *name, const char *limit)
{
	static const char text[] = "cache 9999999\n"
				   "inactive_file 4096\n"
				   "active_file 4096\n"
				   "total_inactive_file 1048576\n"
				   "total_active_file 2097152\n";

	make_dir(name);
	write_file(name, "memory.limit_in_bytes", limit);
	write_file(name, "memory.usage_in_bytes", "104857600\n");
	write_file(name, "memory.stat", text);
}

static void group_of_v1_with_a_limit_is_a_domain(void **state)
{
	struct domains d = { .reserve = 0 };

	(void)state;
	make_group_v1("cg/vms", "1073741824\n");
	make_group_v1("cg/vms/unit", "9223372036854771712\n");
	find(&d, "cg/vms/unit");
	assert_int_equal(d.groups, 2);
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_int_equal(domain[1].room, UINT64_MAX);
	assert_string_equal(domain[2].name, "the cgroup /vms");
	assert_int_equal(domain[2].total, 1024 * MIB);
	assert_int_equal(domain[2].room, 924 * MIB);
	assert_int_equal(domain[2].reclaimable, 3 * MIB);
	assert_in_range(domain[2].reserve, 30 * MIB, 31 * MIB);
}

static void limit_that_changes_is_seen(void **state)
{
	struct domains d = { .reserve = 0 };

	(void)state;
	make_group("cg/unit", "max\n", "50\n");
	find(&d, "cg/unit");
	write_file("cg/unit", "memory.max", "4096\n");
	write_file("cg/unit", "memory.current", "8192\n"); /* it was lowered */
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_int_equal(domain[1].total, 4096);
	assert_int_equal(domain[1].room, 0);
	write_file("cg/unit", "memory.max", "max\n");
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_int_equal(domain[1].room, UINT64_MAX);
}

/* The mounted part of a container is a group with files of its own. */
static void mount_of_a_container_is_a_domain(void **state)
{
	struct domains d = { .reserve = 0 };

	(void)state;
	write_file("cg", "memory.max", "1048576\n");
	write_file("cg", "memory.current", "0\n");
	write_file("cg", "memory.stat", "");
	find(&d, "cg");
	assert_int_equal(d.groups, 1);
	assert_int_equal(d.group[0].id, inode_of("cg"));
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_string_equal(domain[1].name, "the cgroup /");
	assert_int_equal(domain[1].room, MIB);
	assert_int_equal(domain[1].reclaimable, 0);
}

/* @depth groups in each other, of which @limited, from the innermost on, have
 * a limit. */
static void make_depth(char *name, size_t size, int depth, int limited)
{
	size_t n = (size_t)snprintf(name, size, "cg");

	for (int i = 1; i <= depth; i++) {
		n += (size_t)snprintf(name + n, size - n, "/%d", i);
		make_group(name, i > depth - limited ? "4096\n" : "max\n",
			   "0\n");
	}
}

static void groups_too_many_are_those_with_limits(void **state)
{
	struct domains d = { .reserve = 0 };
	char name[64];

	(void)state;
	make_depth(name, sizeof(name), DOMAINS_GROUPS + 1, 2);
	find(&d, name);
	assert_int_equal(d.groups, 2);
	assert_int_equal(d.group[0].id, inode_of(name));
}

static void groups_too_many_with_limits_are_the_inner(void **state)
{
	struct domains d = { .reserve = 0 };
	char name[64];

	(void)state;
	make_depth(name, sizeof(name), DOMAINS_GROUPS + 2, DOMAINS_GROUPS + 2);
	find(&d, name);
	assert_int_equal(d.groups, DOMAINS_GROUPS);
	assert_int_equal(d.group[0].id, inode_of(name));
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_string_equal(domain[DOMAINS_GROUPS].name, "the cgroup /1/2/3");
}

static void path_too_long_is_named_by_its_end(void **state)
{
	struct domains d = { .reserve = 0 };
	char name[SCRATCH_PATH] = "cg/";

	(void)state;
	memset(name + 3, 'x', 150);
	memcpy(name + 140, "unit.service", 13);
	make_group(name, "4096\n", "0\n");
	find(&d, name);
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), 0);
	assert_int_equal(strlen(domain[1].name), ADMISSION_NAME - 1);
	assert_memory_equal(domain[1].name, "the cgroup ...xx", 16);
	assert_non_null(strstr(domain[1].name, "xunit.service"));
}

/* Of no use in JSON were it cut within a character. */
static void path_too_long_is_cut_between_characters(void **state)
{
	struct domains d = { .reserve = 0 };

	(void)state;
	for (size_t rest = 20; rest < 22; rest++) {
		char name[SCRATCH_PATH] = "cg/";
		json_t *text;

		for (size_t i = 0; i < 60; i++)
			memcpy(name + 3 + 2 * i, "\xc3\xa9", 2);
		memset(name + 123, 'x', rest);
		make_group(name, "4096\n", "0\n");
		find(&d, name);
		assert_int_equal(domains_room(scratch.dir, &d, domain, error),
				 0);
		text = json_string(domain[1].name);
		assert_non_null(text);
		json_decref(text);
	}
}

static void group_that_cannot_be_read_is_said(void **state)
{
	struct domains d = { .reserve = 0 };
	char path[SCRATCH_PATH];

	(void)state;
	make_group("cg/unit", "4096\n", "0\n");
	find(&d, "cg/unit");
	write_file("cg/unit", "memory.current", "much\n");
	assert_int_equal(domains_room(scratch.dir, &d, domain, error),
			 -EBADMSG);
	assert_non_null(strstr(error, "/cg/unit: how much memory"));
	scratch_path(&scratch, "cg/unit/memory.current", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), -ENOENT);
	write_file("cg/unit", "memory.max", "maximum\n");
	assert_int_equal(domains_room(scratch.dir, &d, domain, error),
			 -EBADMSG);
	scratch_path(&scratch, "proc/meminfo", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(domains_room(scratch.dir, &d, domain, error), -ENOENT);
	assert_non_null(strstr(error, "/proc/meminfo: how much memory"));
}

#define WITH_GROUPS(test)                                                      \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_GROUPS(host_without_limits_is_one_domain),
		WITH_GROUPS(group_with_a_limit_is_a_domain),
		WITH_GROUPS(group_of_v1_with_a_limit_is_a_domain),
		WITH_GROUPS(limit_that_changes_is_seen),
		WITH_GROUPS(mount_of_a_container_is_a_domain),
		WITH_GROUPS(groups_too_many_are_those_with_limits),
		WITH_GROUPS(groups_too_many_with_limits_are_the_inner),
		WITH_GROUPS(path_too_long_is_named_by_its_end),
		WITH_GROUPS(path_too_long_is_cut_between_characters),
		WITH_GROUPS(group_that_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
