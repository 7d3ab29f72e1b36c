// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_argv_golden.c - the whole line, for each machine and
 * QEMU
 *
 * Golden: as argv_joined() writes it; %s is where the versions differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/host/qemu/argv_drive.h"

#define HEAD                                                                   \
	"/q -name web,debug-threads=on -nodefaults -no-user-config "           \
	"-display none "
#define GATE                                                                   \
	" -S -action reboot=shutdown,shutdown=pause,panic=pause,"              \
	"watchdog=pause %s"                                                    \
	"-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,"         \
	"resourcecontrol=deny "                                                \
	"-add-fd fd=13,set=7,opaque=lock-8-99 "                                \
	"-chardev socket,id=qmp,fd=10,server=on,wait=off,"                     \
	"logfile=/dev/fdset/7,logappend=on "                                   \
	"-mon chardev=qmp,mode=control "                                       \
	"-chardev socket,id=serial,fd=12,server=on,wait=off "
#define AGENT " -chardev socket,id=agent,fd=11,server=on,wait=off "
#define PORT                                                                   \
	" -device virtserialport,bus=ports.0,nr=1,chardev=agent,id=agent,"     \
	"name=org.reprise.agent "                                              \
	"-netdev user,id=net,hostfwd=tcp:127.0.0.1:8080-:80,"                  \
	"hostfwd=tcp:0.0.0.0:8443-:443 "
#define KERNEL_WITH(more)                                                      \
	" -kernel /proc/self/fd/14 -initrd /proc/self/fd/15 "                  \
	"-append 'console=x quiet" more "'"
#define KERNEL KERNEL_WITH("")

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
	     "-device virtio-rng-device" KERNEL_WITH(" reboot=t")
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
	  HEAD "-machine q35 -accel tcg,tb-size=68 -smp 2 -m 512M -bios "
	       "qboot.rom" Q35 },
	{ "x86_64", MACHINE_DEFAULT, ACCEL_KVM, SECURE_NO,
	  HEAD "-machine q35 -accel kvm -cpu host -smp 2 -m 512M "
	       "-bios qboot.rom" Q35 },
	{ "x86_64", MACHINE_MICROVM, ACCEL_TCG, SECURE_NO,
	  HEAD "-machine microvm,acpi=off,rtc=on -accel tcg,tb-size=68 -smp 2 "
	       "-m 512M "
	       "-global virtio-mmio.force-legacy=false" MICROVM },
	{ "x86_64", MACHINE_MICROVM, ACCEL_KVM, SECURE_NO,
	  HEAD "-machine microvm,acpi=on,rtc=on -accel kvm -cpu host -smp 2 "
	       "-m 512M -global virtio-mmio.force-legacy=false" MICROVM },
	{ "s390x", MACHINE_DEFAULT, ACCEL_TCG, SECURE_NO,
	  HEAD
	  "-machine s390-ccw-virtio -accel tcg,tb-size=68 -smp 2 -m 512M" CCW },
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
		struct appliance a = argv_web(g->arch);
		struct qemu_caps caps = argv_able();

		caps.major = v->major;
		caps.minor = v->minor;
		caps.teardown = v->teardown;
		a.machine = g->machine;
		a.accel = g->accel;
		a.may_be_secure = g->secure == SECURE_YES;
		a.watchdog = g->machine != MACHINE_MICROVM;
		assert_int_equal(argv_build(&a, &argv_image, &caps, &argv_fds,
					    &argv_out),
				 0);
		assert_string_equal(argv_joined(),
				    spelled(g->line, v->spelling));
		assert_null(argv_out.v[argv_out.count]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_each_machine_for_each_qemu_is_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
