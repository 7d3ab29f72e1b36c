// SPDX-License-Identifier: Apache-2.0
#include "guest/storage/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/guest/tree.h"

enum { DISK = 3 << 20 };

/* A disk of zeroes below @root, with @n bytes at @at. Return: its path */
static const char *make_disk(const char *root, const char *name, long at,
			     const char *bytes, size_t n)
{
	static char path[256];
	char below[64];
	int fd;

	snprintf(below, sizeof(below), "/dev/%s", name);
	tree_file(root, below, "");
	snprintf(path, sizeof(path), "%s%s", root, below);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, DISK), 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	close(fd);
	snprintf(below, sizeof(below), "/sys/block/%s/ro", name);
	tree_file(root, below, "0\n");
	return path;
}

static void find_by_serial_wants_exactly_one(void **state)
{
	const struct storage_disk b = { .name = "data-b" };
	const struct storage_disk none = { .name = "data" };
	char name[DISK_NAME_SIZE];

	tree_file(*state, "/sys/block/vda/serial", "data-a\n");
	tree_file(*state, "/sys/block/vdb/serial", "data-b");
	tree_file(*state, "/sys/block/loop0/size", "0\n");
	assert_int_equal(disk_find(*state, &b, name), 0);
	assert_string_equal(name, "vdb");
	assert_int_equal(disk_find(*state, &none, name), -ENOENT);
	tree_file(*state, "/sys/block/vdc/serial", "data-b\n");
	assert_int_equal(disk_find(*state, &b, name), -EEXIST);
}

static void bytes_of_all_disks_are_summed_up(void **state)
{
	assert_true(disk_bytes(*state) == 0); /* no block layer */
	tree_file(*state, "/sys/block/vda/size", "32768\n");
	tree_file(*state, "/sys/block/vdb/size", "4294967296\n");
	tree_file(*state, "/sys/block/vdc/ro", "1\n");
	assert_true(disk_bytes(*state) == (UINT64_C(4294967296) + 32768) * 512);
}

static void find_by_label_reads_the_super_block(void **state)
{
	const struct storage_disk files = { .name = "files", .by_label = true };
	const struct storage_disk full = { .name = "sixteen-letters-",
					   .by_label = true };
	char super[0x88] = { [0x38] = 0x53, [0x39] = (char)0xef };
	char name[DISK_NAME_SIZE];

	make_disk(*state, "vda", 0, "", 1);
	memcpy(super + 0x78, "files", 5);
	make_disk(*state, "vdb", 1024, super, sizeof(super));
	memcpy(super + 0x78, "sixteen-letters-", 16);
	make_disk(*state, "vdc", 1024, super, sizeof(super));
	assert_int_equal(disk_find(*state, &files, name), 0);
	assert_string_equal(name, "vdb");
	assert_int_equal(disk_find(*state, &full, name), 0);
	assert_string_equal(name, "vdc");
}

static void content_is_zero_only_if_every_byte_is(void **state)
{
	const char magic[] = { 0x53, (char)0xef };

	assert_int_equal(disk_content(make_disk(*state, "a", 0, "", 1)),
			 DISK_ZERO);
	assert_int_equal(disk_content(make_disk(*state, "b", 0, "x", 1)),
			 DISK_SOMETHING);
	assert_int_equal(disk_content(make_disk(*state, "c", DISK - 1, "x", 1)),
			 DISK_SOMETHING);
	assert_int_equal(disk_content(make_disk(*state, "d", 1 << 20, "x", 1)),
			 DISK_SOMETHING);
	assert_int_equal(
		disk_content(make_disk(*state, "e", 1024 + 0x38, magic, 2)),
		DISK_EXT4);
	assert_int_equal(disk_content("/nowhere"), -ENOENT);
}

static void read_only_is_the_machine_s_word(void **state)
{
	tree_file(*state, "/sys/block/vda/ro", "1\n");
	tree_file(*state, "/sys/block/vdb/ro", "0\n");
	assert_true(disk_read_only(*state, "vda"));
	assert_false(disk_read_only(*state, "vdb"));
	assert_false(disk_read_only(*state, "vdc"));
}

#define IN_TREE(test)                                                          \
	cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			bytes_of_all_disks_are_summed_up, tree_setup,
			tree_teardown),
		IN_TREE(find_by_serial_wants_exactly_one),
		IN_TREE(find_by_label_reads_the_super_block),
		IN_TREE(content_is_zero_only_if_every_byte_is),
		IN_TREE(read_only_is_the_machine_s_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
