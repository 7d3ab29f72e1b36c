// SPDX-License-Identifier: Apache-2.0
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

/* Golden: one word per line would be long; arguments are joined by blanks, and
 * those with blanks in them stand in quotes. */
#define GATE                                                                   \
	"-S -action reboot=shutdown,shutdown=pause,panic=pause,"               \
	"watchdog=pause "
#define OLD_TEARDOWN "-async-teardown "
#define NEW_TEARDOWN "-run-with async-teardown=on "
#define SANDBOX                                                                \
	"-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,"         \
	"resourcecontrol=deny "
#define QMP                                                                    \
	"-add-fd fd=13,set=7 -chardev socket,id=qmp,fd=10,server=on,"          \
	"wait=off,logfile=/dev/fdset/7,logappend=on "                          \
	"-mon chardev=qmp,mode=control "                                       \
	"-chardev socket,id=serial,fd=12,server=on,wait=off "
#define AGENT "-chardev socket,id=agent,fd=11,server=on,wait=off "
#define PORT                                                                   \
	"-device virtserialport,bus=ports.0,nr=1,chardev=agent,id=agent,"      \
	"name=org.reprise.agent "
#define USER_NET                                                               \
	"-netdev user,id=net,hostfwd=tcp:127.0.0.1:8080-:80,"                  \
	"hostfwd=tcp:0.0.0.0:8443-:443 "
#define KERNEL                                                                 \
	"-kernel /proc/self/fd/14 -initrd /proc/self/fd/15 "                   \
	"-append 'console=x quiet'"
#define HEAD                                                                   \
	"/q -name web,debug-threads=on -nodefaults -no-user-config "           \
	"-display none "
#define X86_LINKS GATE_END_X86 AGENT "-device virtio-serial-pci,id=ports " PORT
#define GATE_END_X86 QMP "-serial chardev:serial "
#define X86_DEVICES                                                            \
	USER_NET "-device virtio-net-pci,netdev=net,romfile= "                 \
		 "-device virtio-rng-pci -device pvpanic-pci " \
		 "-device i6300esb " KERNEL
#define S390_LINKS                                                             \
	QMP "-device sclpconsole,chardev=serial " AGENT                        \
	    "-device virtio-serial-ccw,id=ports " PORT
#define S390_DEVICES                                                           \
	USER_NET "-device virtio-net-ccw,netdev=net "                          \
		 "-device virtio-rng-ccw -device diag288 " KERNEL

static const struct golden {
	const char *arch;
	enum accel accel;
	bool run_with;
	const char *line;
} golden[] = {
	{ "x86_64", ACCEL_TCG, false,
	  HEAD "-machine q35 -accel tcg -smp 2 -m 512M -bios qboot.rom " GATE
		  OLD_TEARDOWN SANDBOX X86_LINKS X86_DEVICES },
	{ "x86_64", ACCEL_TCG, true,
	  HEAD "-machine q35 -accel tcg -smp 2 -m 512M -bios qboot.rom " GATE
		  NEW_TEARDOWN SANDBOX X86_LINKS X86_DEVICES },
	{ "x86_64", ACCEL_KVM, false,
	  HEAD
	  "-machine q35 -accel kvm -cpu host -smp 2 -m 512M "
	  "-bios qboot.rom " GATE OLD_TEARDOWN SANDBOX X86_LINKS X86_DEVICES },
	{ "x86_64", ACCEL_KVM, true,
	  HEAD
	  "-machine q35 -accel kvm -cpu host -smp 2 -m 512M "
	  "-bios qboot.rom " GATE NEW_TEARDOWN SANDBOX X86_LINKS X86_DEVICES },
	{ "s390x", ACCEL_TCG, false,
	  HEAD "-machine s390-ccw-virtio -accel tcg -smp 2 -m 512M " GATE
		  OLD_TEARDOWN SANDBOX S390_LINKS S390_DEVICES },
	{ "s390x", ACCEL_TCG, true,
	  HEAD "-machine s390-ccw-virtio -accel tcg -smp 2 -m 512M " GATE
		  NEW_TEARDOWN SANDBOX S390_LINKS S390_DEVICES },
	{ "s390x", ACCEL_KVM, false,
	  HEAD "-machine s390-ccw-virtio -accel kvm -smp 2 -m 512M " GATE
		  OLD_TEARDOWN SANDBOX S390_LINKS S390_DEVICES },
	{ "s390x", ACCEL_KVM, true,
	  HEAD "-machine s390-ccw-virtio -accel kvm -smp 2 -m 512M " GATE
		  NEW_TEARDOWN SANDBOX S390_LINKS S390_DEVICES },
};

static const struct qemu_fds fds = {
	.qmp = 10,
	.agent = 11,
	.serial = 12,
	.qmp_log = 13,
	.kernel = 14,
	.initrd = 15,
};

static struct argv out;

static struct appliance web(void)
{
	return (struct appliance){
		.name = "web",
		.memory = 512 << 20,
		.watchdog = true,
		.cpus = 2,
		.forwards = 2,
		.forward = { { "127.0.0.1", 8080, 80 },
			     { "0.0.0.0", 8443, 443 } },
	};
}

static struct image image_for(const char *arch)
{
	struct image i = { .cmdline = "console=x quiet" };

	snprintf(i.arch, sizeof(i.arch), "%s", arch);
	return i;
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

static void build_each_combination_is_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(golden); i++) {
		struct image image = image_for(golden[i].arch);
		struct appliance a = web();
		struct qemu_caps caps = { .run_with_async = golden[i].run_with,
					  .path = "/q" };

		a.accel = golden[i].accel;
		assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), 0);
		assert_string_equal(joined(), golden[i].line);
		assert_null(out.v[out.count]);
	}
}

static void build_without_network_has_no_nic(void **state)
{
	struct qemu_caps caps = { .path = "/q" };
	struct image image = image_for("s390x");
	struct appliance a = web();

	(void)state;
	a.network = NETWORK_NONE;
	assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), 0);
	assert_null(strstr(joined(), "net"));
}

static void build_empty_cmdline_has_no_append(void **state)
{
	struct qemu_caps caps = { .path = "/q" };
	struct image image = image_for("x86_64");
	struct appliance a = web();

	(void)state;
	image.cmdline[0] = '\0';
	assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), 0);
	assert_null(strstr(joined(), "-append"));
}

static void build_longest_of_everything_fits(void **state)
{
	struct qemu_caps caps = { .run_with_async = true };
	struct image image = image_for("x86_64");
	struct appliance a = web();

	(void)state;
	memset(caps.path, 'p', sizeof(caps.path) - 1);
	memset(image.cmdline, 'c', sizeof(image.cmdline) - 1);
	memset(a.name, 'n', sizeof(a.name) - 1);
	a.memory = 16ULL << 40;
	a.forwards = APPLIANCE_FORWARDS;
	for (int i = 0; i < APPLIANCE_FORWARDS; i++)
		a.forward[i] =
			(struct forward){ "255.255.255.255", 65535, 65535 };
	assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), 0);
	assert_non_null(strstr(joined(), "-m 16777216M "));
}

static void build_unknown_architecture_is_einval(void **state)
{
	struct qemu_caps caps = { .path = "/q" };
	struct image image = image_for("arm");
	struct appliance a = web();

	(void)state;
	assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), -EINVAL);
}

static void build_disks_are_told_by_their_serial(void **state)
{
	struct appliance a = web();
	struct image image = image_for("s390x");
	struct qemu_caps caps = { .path = "/q" };

	(void)state;
	a.disks = 2;
	a.disk[0] = (struct disk){ .serial = "data-1", .path = "/d/a,b.img" };
	a.disk[1] = (struct disk){ .serial = "data-2",
				   .path = "/dev/vg/x",
				   .device = true,
				   .read_only = true,
				   .cache = CACHE_NONE };
	assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), 0);
	assert_non_null(strstr(
		joined(),
		"-blockdev driver=raw,node-name=disk0,read-only=off,"
		"cache.direct=off,cache.no-flush=off,file.driver=file,"
		"file.filename=/d/a,,b.img "
		"-device virtio-blk-ccw,drive=disk0,serial=data-1 "
		"-blockdev driver=raw,node-name=disk1,read-only=on,"
		"cache.direct=on,cache.no-flush=off,file.driver=host_device,"
		"file.filename=/dev/vg/x "
		"-device virtio-blk-ccw,drive=disk1,serial=data-2 "));
}

static void build_without_watchdog_has_none(void **state)
{
	struct appliance a = web();
	struct image image = image_for("x86_64");
	struct qemu_caps caps = { .path = "/q" };

	(void)state;
	a.watchdog = false;
	assert_int_equal(argv_build(&a, &image, &caps, &fds, &out), 0);
	assert_null(strstr(joined(), "i6300esb"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_each_combination_is_golden),
		cmocka_unit_test(build_disks_are_told_by_their_serial),
		cmocka_unit_test(build_without_watchdog_has_none),
		cmocka_unit_test(build_without_network_has_no_nic),
		cmocka_unit_test(build_empty_cmdline_has_no_append),
		cmocka_unit_test(build_longest_of_everything_fits),
		cmocka_unit_test(build_unknown_architecture_is_einval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
