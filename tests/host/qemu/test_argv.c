// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_argv.c - the whole line, for each machine and QEMU
 *
 * Golden: arguments are joined by blanks, and those with blanks in them stand
 * in quotes; %s is where the versions differ.
 */
#include "host/qemu/argv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/qemu/probe.h"

#define HEAD                                                                   \
	"/q -name web,debug-threads=on -nodefaults -no-user-config "           \
	"-display none "
#define GATE                                                                   \
	" -S -action reboot=shutdown,shutdown=pause,panic=pause,"              \
	"watchdog=pause %s"                                                    \
	"-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,"         \
	"resourcecontrol=deny "                                                \
	"-add-fd fd=13,set=7 -chardev socket,id=qmp,fd=10,server=on,"          \
	"wait=off,logfile=/dev/fdset/7,logappend=on "                          \
	"-mon chardev=qmp,mode=control "                                       \
	"-chardev socket,id=serial,fd=12,server=on,wait=off "
#define AGENT " -chardev socket,id=agent,fd=11,server=on,wait=off "
#define PORT                                                                   \
	" -device virtserialport,bus=ports.0,nr=1,chardev=agent,id=agent,"     \
	"name=org.reprise.agent "                                              \
	"-netdev user,id=net,hostfwd=tcp:127.0.0.1:8080-:80,"                  \
	"hostfwd=tcp:0.0.0.0:8443-:443 "
#define KERNEL                                                                 \
	" -kernel /proc/self/fd/14 -initrd /proc/self/fd/15 "                  \
	"-append 'console=x quiet'"

#define Q35                                                                    \
	GATE "-serial chardev:serial" AGENT                                    \
	     "-device virtio-serial-pci,id=ports" PORT                         \
	     "-device virtio-net-pci,netdev=net,romfile= "                     \
	     "-device virtio-rng-pci -device pvpanic-pci "                     \
	     "-device i6300esb" KERNEL
#define MICROVM                                                                \
	GATE "-serial chardev:serial" AGENT                                    \
	     "-device virtio-serial-device,id=ports" PORT                      \
	     "-device virtio-net-device,netdev=net "                           \
	     "-device virtio-rng-device" KERNEL
#define CCW                                                                    \
	GATE "-device sclpconsole,chardev=serial" AGENT                        \
	     "-device virtio-serial-ccw,id=ports" PORT                         \
	     "-device virtio-net-ccw,netdev=net "                              \
	     "-device virtio-rng-ccw -device diag288" KERNEL
#define SECURE                                                                 \
	GATE "-device sclpconsole,chardev=serial" AGENT                        \
	     "-device virtio-serial-ccw,id=ports,iommu_platform=on" PORT       \
	     "-device virtio-net-ccw,netdev=net,iommu_platform=on "            \
	     "-device virtio-rng-ccw,iommu_platform=on -device diag288" KERNEL

static const struct golden {
	const char *arch;
	enum machine machine;
	enum accel accel;
	enum secure secure;
	const char *line;
} golden[] = {
	{ "x86_64", MACHINE_DEFAULT, ACCEL_TCG, SECURE_NO,
	  HEAD "-machine q35 -accel tcg -smp 2 -m 512M -bios qboot.rom" Q35 },
	{ "x86_64", MACHINE_DEFAULT, ACCEL_KVM, SECURE_NO,
	  HEAD "-machine q35 -accel kvm -cpu host -smp 2 -m 512M "
	       "-bios qboot.rom" Q35 },
	{ "x86_64", MACHINE_MICROVM, ACCEL_TCG, SECURE_NO,
	  HEAD "-machine microvm,acpi=off,rtc=on -accel tcg -smp 2 -m 512M "
	       "-global virtio-mmio.force-legacy=false" MICROVM },
	{ "x86_64", MACHINE_MICROVM, ACCEL_KVM, SECURE_NO,
	  HEAD "-machine microvm,acpi=on,rtc=on -accel kvm -cpu host -smp 2 "
	       "-m 512M -global virtio-mmio.force-legacy=false" MICROVM },
	{ "s390x", MACHINE_DEFAULT, ACCEL_TCG, SECURE_NO,
	  HEAD "-machine s390-ccw-virtio -accel tcg -smp 2 -m 512M" CCW },
	{ "s390x", MACHINE_DEFAULT, ACCEL_KVM, SECURE_NO,
	  HEAD "-machine s390-ccw-virtio -accel kvm -smp 2 -m 512M" CCW },
	{ "s390x", MACHINE_DEFAULT, ACCEL_KVM, SECURE_YES,
	  HEAD "-object s390-pv-guest,id=pv0 -machine s390-ccw-virtio,"
	       "confidential-guest-support=pv0 -accel kvm -smp 2 "
	       "-m 512M" SECURE },
};

#define OLD "-async-teardown "
#define NEW "-run-with async-teardown=on "

static const struct version {
	int major, minor;
	enum qemu_teardown teardown;
	const char *spelling;
} versions[] = {
	{ 7, 2, TEARDOWN_OPTION, OLD },	   { 8, 0, TEARDOWN_OPTION, OLD },
	{ 8, 2, TEARDOWN_RUN_WITH, NEW },  { 9, 0, TEARDOWN_RUN_WITH, NEW },
	{ 10, 2, TEARDOWN_RUN_WITH, NEW }, { 11, 0, TEARDOWN_RUN_WITH, NEW },
};

static const struct qemu_fds fds = {
	.qmp = 10,
	.agent = 11,
	.serial = 12,
	.qmp_log = 13,
	.kernel = 14,
	.initrd = 15,
	.tap = 16,
	.vhost = -1,
	.disk = { 20, 21, 22, 23, 24, 25, 26, 27 },
};

static struct argv out;

static struct appliance web(const char *arch)
{
	struct appliance a = {
		.name = "web",
		.memory = 512 << 20,
		.watchdog = true,
		.cpus = 2,
		.forwards = 2,
		.forward = { { "127.0.0.1", 8080, 80 },
			     { "0.0.0.0", 8443, 443 } },
	};

	snprintf(a.architecture, sizeof(a.architecture), "%s", arch);
	return a;
}

static const struct image image = { .cmdline = "console=x quiet" };

static struct qemu_caps able(void)
{
	return (struct qemu_caps){ .teardown = TEARDOWN_OPTION,
				   .sandbox = true,
				   .path = "/q" };
}

static const char *joined(void)
{
	static char line[ARGV_TEXT];
	size_t n = 0;

	line[0] = '\0';
	for (size_t i = 0; i < out.count; i++) {
		const char *quote = strchr(out.v[i], ' ') ? "'" : "";

		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s%s%s",
				      i ? " " : "", quote, out.v[i], quote);
	}
	return line;
}

/* Return: the whole line */
static const char *build(const struct appliance *a)
{
	const struct qemu_caps caps = able();

	assert_int_equal(argv_build(a, &image, &caps, &fds, &out), 0);
	return joined();
}

/* @line with @spelling in the place of its one %s */
static const char *spelled(const char *line, const char *spelling)
{
	static char text[4096];
	const char *at = strstr(line, "%s");

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - line), line,
		 spelling, at + 2);
	return text;
}

static void build_each_machine_for_each_qemu_is_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(golden) * ARRAY_SIZE(versions); i++) {
		const struct golden *g = &golden[i / ARRAY_SIZE(versions)];
		const struct version *v = &versions[i % ARRAY_SIZE(versions)];
		struct appliance a = web(g->arch);
		struct qemu_caps caps = able();

		caps.major = v->major;
		caps.minor = v->minor;
		caps.teardown = v->teardown;
		a.machine = g->machine;
		a.accel = g->accel;
		a.may_be_secure = g->secure == SECURE_YES;
		a.watchdog = g->machine != MACHINE_MICROVM;
		assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), 0);
		assert_string_equal(joined(), spelled(g->line, v->spelling));
		assert_null(out.v[out.count]);
	}
}

static void build_without_teardown_or_seccomp_asks_for_neither(void **state)
{
	const struct qemu_caps caps = { .path = "/q" };
	const struct appliance a = web("s390x");

	(void)state;
	assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), 0);
	assert_null(strstr(joined(), "teardown"));
	assert_null(strstr(joined(), "-sandbox"));
}

static void build_without_network_and_watchdog_has_neither(void **state)
{
	struct appliance a = web("s390x");

	(void)state;
	a.network = NETWORK_NONE;
	a.watchdog = false;
	assert_null(strstr(build(&a), "net"));
	assert_null(strstr(joined(), "diag288"));
}

static void build_tap_is_a_descriptor(void **state)
{
	struct appliance a = web("s390x");
	const struct qemu_caps caps = able();
	struct qemu_fds with = fds;

	(void)state;
	a.network = NETWORK_TAP;
	snprintf(a.mac, sizeof(a.mac), "52:54:00:01:02:03");
	assert_non_null(strstr(build(&a),
			       " -netdev tap,id=net,fd=16 -device virtio-net-"
			       "ccw,netdev=net,mac=52:54:00:01:02:03 "));
	with.vhost = 17;
	assert_int_equal(argv_build(&a, &image, &caps, &with, &out), 0);
	assert_non_null(strstr(joined(), " -netdev tap,id=net,fd=16,vhost=on,"
					 "vhostfd=17 "));
}

static void build_mac_comes_before_the_rom(void **state)
{
	struct appliance a = web("x86_64");

	(void)state;
	snprintf(a.mac, sizeof(a.mac), "52:54:00:01:02:03");
	assert_non_null(strstr(build(&a), "virtio-net-pci,netdev=net,mac=52:54:"
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
	struct appliance a = web("x86_64");

	(void)state;
	a.cpus = 12;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		a.topology = cases[i].t;
		assert_non_null(strstr(build(&a), cases[i].smp));
	}
}

static void build_empty_cmdline_has_no_append(void **state)
{
	const struct image silent = { .cmdline = "" };
	const struct appliance a = web("x86_64");
	const struct qemu_caps caps = able();

	(void)state;
	assert_int_equal(argv_build(&a, &silent, &caps, &fds, &out), 0);
	assert_null(strstr(joined(), "-append"));
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
	struct qemu_caps caps = able();
	struct image longest = { .arch = "x86_64" };
	struct appliance a = web("x86_64");

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
	assert_int_equal(argv_build(&a, &longest, &caps, &fds, &out), 0);
	assert_non_null(strstr(joined(), "-m 16777216M "));
}

static void build_disks_are_told_by_their_serial(void **state)
{
	struct appliance a = web("s390x");

	(void)state;
	a.disks = 2;
	a.disk[0] = (struct disk){ .serial = "data-1", .path = "/d/a,b.img" };
	a.disk[1] = (struct disk){ .serial = "data-2",
				   .path = "/dev/vg/x",
				   .device = true,
				   .read_only = true,
				   .cache = CACHE_NONE };
	assert_non_null(strstr(
		build(&a),
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
	assert_non_null(strstr(build(&a), "cache.direct=off,cache.no-flush=on,"
					  "file.driver=file,"));
	assert_non_null(strstr(joined(), "drive=disk1,serial=data-2,"
					 "iommu_platform=on "));
}

static void build_secure_leaves_no_virtio_device_out(void **state)
{
	struct appliance a = web("s390x");
	int devices = 0;

	(void)state;
	a.may_be_secure = true;
	a.disks = APPLIANCE_DISKS;
	build(&a);
	for (size_t i = 0; i < out.count; i++) {
		if (strncmp(out.v[i], "virtio-", 7) != 0)
			continue;
		assert_non_null(strstr(out.v[i], ",iommu_platform=on"));
		devices++;
	}
	assert_int_equal(devices, 3 + APPLIANCE_DISKS);
	assert_null(strstr(joined(), "balloon"));
}

static void build_unsupported_arguments_come_last_as_they_are(void **state)
{
	struct appliance a = web("x86_64");

	(void)state;
	a.arguments = 2;
	strcpy(a.argument[0], "-fw_cfg");
	strcpy(a.argument[1], "name=opt/x,string=%s %n");
	build(&a);
	assert_string_equal(out.v[out.count - 2], "-fw_cfg");
	assert_string_equal(out.v[out.count - 1], "name=opt/x,string=%s %n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_each_machine_for_each_qemu_is_golden),
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
