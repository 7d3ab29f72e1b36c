// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_argv.c - what each setting makes of the line
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/host/qemu/argv_drive.h"

static void build_without_teardown_or_seccomp_asks_for_neither(void **state)
{
	const struct qemu_caps caps = { .path = "/q" };
	const struct appliance a = argv_web("s390x");

	(void)state;
	assert_int_equal(
		argv_build(&a, &argv_image, &caps, &argv_fds, &argv_out), 0);
	assert_null(strstr(argv_joined(), "teardown"));
	assert_null(strstr(argv_joined(), "-sandbox"));
}

static void build_without_network_and_watchdog_has_neither(void **state)
{
	struct appliance a = argv_web("s390x");

	(void)state;
	a.network = NETWORK_NONE;
	a.watchdog = false;
	assert_null(strstr(argv_line(&a), "net"));
	assert_null(strstr(argv_joined(), "diag288"));
}

static void build_tap_is_a_descriptor(void **state)
{
	struct appliance a = argv_web("s390x");
	const struct qemu_caps caps = argv_able();
	struct qemu_fds with = argv_fds;

	(void)state;
	a.network = NETWORK_TAP;
	snprintf(a.mac, sizeof(a.mac), "52:54:00:01:02:03");
	assert_non_null(strstr(argv_line(&a),
			       " -netdev tap,id=net,fd=16 -device virtio-net-"
			       "ccw,netdev=net,mac=52:54:00:01:02:03 "));
	with.vhost = 17;
	assert_int_equal(argv_build(&a, &argv_image, &caps, &with, &argv_out),
			 0);
	assert_non_null(strstr(argv_joined(),
			       " -netdev tap,id=net,fd=16,vhost=on,"
			       "vhostfd=17 "));
}

static void build_mac_comes_before_the_rom(void **state)
{
	struct appliance a = argv_web("x86_64");

	(void)state;
	snprintf(a.mac, sizeof(a.mac), "52:54:00:01:02:03");
	assert_non_null(strstr(argv_line(&a),
			       "virtio-net-pci,netdev=net,mac=52:54:"
			       "00:01:02:03,romfile= "));
}

static void build_topology_has_the_levels_that_are_known(void **state)
{
	static const struct {
		struct topology t;
		const char *smp;
	} cases[] = {
		{ { 0, 0, 0, 0 }, " -smp 12 " },
		{ { 12, 0, 0, 0 }, " -smp 12,sockets=12 " },
		{ { 3, 0, 2, 2 }, " -smp 12,sockets=3,cores=2,threads=2 " },
		{ { 1, 2, 3, 2 },
		  " -smp 12,sockets=1,dies=2,cores=3,threads=2 " },
	};
	struct appliance a = argv_web("x86_64");

	(void)state;
	a.cpus = 12;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		a.topology = cases[i].t;
		assert_non_null(strstr(argv_line(&a), cases[i].smp));
	}
}

static void build_empty_cmdline_has_no_append(void **state)
{
	const struct image silent = { .cmdline = "" };
	const struct appliance a = argv_web("x86_64");
	const struct qemu_caps caps = argv_able();

	(void)state;
	assert_int_equal(argv_build(&a, &silent, &caps, &argv_fds, &argv_out),
			 0);
	assert_null(strstr(argv_joined(), "-append"));
}

/* Disks of the longest path, all of it commas. */
static void longest_disks(struct appliance *a)
{
	for (a->disks = 0; a->disks < APPLIANCE_DISKS; a->disks++) {
		struct disk *d = &a->disk[a->disks];

		memset(d->path, ',', sizeof(d->path) - 1);
		memset(d->serial, 's', sizeof(d->serial) - 1);
		d->device = true;
	}
}

static void build_longest_of_everything_fits(void **state)
{
	struct qemu_caps caps = argv_able();
	struct image longest = { .arch = "x86_64" };
	struct appliance a = argv_web("x86_64");

	(void)state;
	memset(caps.path, 'p', sizeof(caps.path) - 1);
	memset(longest.cmdline, 'c', sizeof(longest.cmdline) - 1);
	memset(a.name, 'n', sizeof(a.name) - 1);
	a.memory = 16ULL << 40;
	a.topology = (struct topology){ 248, 248, 248, 248 };
	a.forwards = APPLIANCE_FORWARDS;
	for (int i = 0; i < APPLIANCE_FORWARDS; i++)
		a.forward[i] =
			(struct forward){ "255.255.255.255", 65535, 65535 };
	longest_disks(&a);
	a.arguments = APPLIANCE_ARGUMENTS;
	for (int i = 0; i < APPLIANCE_ARGUMENTS; i++)
		memset(a.argument[i], 'a', ARGUMENT_SIZE - 1);
	assert_int_equal(argv_build(&a, &longest, &caps, &argv_fds, &argv_out),
			 0);
	assert_non_null(strstr(argv_joined(), "-m 16777216M "));
}

static void build_disks_are_told_by_their_serial(void **state)
{
	struct appliance a = argv_web("s390x");

	(void)state;
	a.disks = 2;
	a.disk[0] = (struct disk){ .serial = "data-1", .path = "/d/a,b.img" };
	a.disk[1] = (struct disk){ .serial = "data-2",
				   .path = "/dev/vg/x",
				   .device = true,
				   .read_only = true,
				   .cache = CACHE_NONE };
	assert_non_null(strstr(
		argv_line(&a),
		"-add-fd fd=20,set=10 "
		"-blockdev driver=raw,node-name=disk0,read-only=off,"
		"cache.direct=off,cache.no-flush=off,file.driver=file,"
		"file.filename=/dev/fdset/10 "
		"-device virtio-blk-ccw,drive=disk0,serial=data-1 "
		"-add-fd fd=21,set=11 "
		"-blockdev driver=raw,node-name=disk1,read-only=on,"
		"cache.direct=on,cache.no-flush=off,file.driver=host_device,"
		"file.filename=/dev/fdset/11 "
		"-device virtio-blk-ccw,drive=disk1,serial=data-2 "));
	a.may_be_secure = true;
	a.disk[0].cache = CACHE_UNSAFE;
	assert_non_null(strstr(argv_line(&a),
			       "cache.direct=off,cache.no-flush=on,"
			       "file.driver=file,"));
	assert_non_null(strstr(argv_joined(), "drive=disk1,serial=data-2,"
					      "iommu_platform=on "));
}

static void build_secure_leaves_no_virtio_device_out(void **state)
{
	struct appliance a = argv_web("s390x");
	int devices = 0;

	(void)state;
	a.may_be_secure = true;
	a.disks = APPLIANCE_DISKS;
	argv_line(&a);
	for (size_t i = 0; i < argv_out.count; i++) {
		if (strncmp(argv_out.v[i], "virtio-", 7) != 0)
			continue;
		assert_non_null(strstr(argv_out.v[i], ",iommu_platform=on"));
		devices++;
	}
	assert_int_equal(devices, 3 + APPLIANCE_DISKS);
	assert_null(strstr(argv_joined(), "balloon"));
}

static void build_unsupported_arguments_come_last_as_they_are(void **state)
{
	struct appliance a = argv_web("x86_64");

	(void)state;
	a.arguments = 2;
	strcpy(a.argument[0], "-fw_cfg");
	strcpy(a.argument[1], "name=opt/x,string=%s %n");
	argv_line(&a);
	assert_string_equal(argv_out.v[argv_out.count - 2], "-fw_cfg");
	assert_string_equal(argv_out.v[argv_out.count - 1],
			    "name=opt/x,string=%s %n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			build_without_teardown_or_seccomp_asks_for_neither),
		cmocka_unit_test(build_disks_are_told_by_their_serial),
		cmocka_unit_test(build_secure_leaves_no_virtio_device_out),
		cmocka_unit_test(
			build_without_network_and_watchdog_has_neither),
		cmocka_unit_test(build_tap_is_a_descriptor),
		cmocka_unit_test(build_mac_comes_before_the_rom),
		cmocka_unit_test(build_topology_has_the_levels_that_are_known),
		cmocka_unit_test(build_empty_cmdline_has_no_append),
		cmocka_unit_test(
			build_unsupported_arguments_come_last_as_they_are),
		cmocka_unit_test(build_longest_of_everything_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
