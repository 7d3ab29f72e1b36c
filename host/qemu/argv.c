// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/argv.c - QEMU's command line (pure): machine, gate and links
 *
 * Theory of operation: most of the line is the same everywhere and stands in
 * argv_build() in the order in which QEMU's manual lists it. What differs by
 * machine is in one row of boards[]. Kernel, initrd, sockets, tap and the QMP
 * log are descriptors: QEMU opens no path of ours but qboot's.
 *
 *  - -S: the shim says cont when QMP and agent are connected.
 *  - -action: whatever ends an epoch stops the VM, and the shim decides.
 *  - async teardown: QEMU's own exit does not wait for its memory.
 *  - debug-threads names the threads, so that the main one can be told.
 *  - The QMP log keeps events while no shim listens (an O_WRONLY|O_APPEND
 *    descriptor: of another kind, QEMU refuses it).
 *  - A secure guest's memory is not the devices': each of them gets
 *    iommu_platform, also where s390-pv-guest would see to it. It has no
 *    balloon, as no guest has.
 *  - microvm: with ACPI its end by power-off or reset is seen. But a
 *    kernel then has no clock to measure its TSC by: KVM tells it, an emulated
 *    one on a busy machine stays silent for ever. So emulation does without.
 *    Modern virtio-mmio only.
 *  - Memory is never more than -m says: nothing is hot-plugged, so that what
 *    was admitted is what it may use.
 */
#include "host/qemu/argv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "host/core/need.h"
#include "host/qemu/able.h"
#include "host/qemu/argv_impl.h"

static const struct board boards[QEMU_MACHINES] = {
	[QEMU_Q35] = {
		.options = { "", "" },
		.bios = "qboot.rom", /* resets once, where SeaBIOS does twice */
		.kvm_cpu = "host",
		.bus = "pci",
		.nic = ",romfile=", /* no boot ROM from a file */
		.panic = "pvpanic-pci",
		.watchdog = "i6300esb",
		.serial = { "-serial", "chardev:serial" },
	},
	[QEMU_MICROVM] = {
		.options = { [ACCEL_TCG] = ",acpi=off,rtc=on",
			     [ACCEL_KVM] = ",acpi=on,rtc=on" },
		.global = "virtio-mmio.force-legacy=false",
		.append = " reboot=t", /* else a keyboard that is not there */
		.kvm_cpu = "host",
		.bus = "device",
		.nic = "",
		.serial = { "-serial", "chardev:serial" },
	},
	[QEMU_CCW] = {
		.options = { "", "" },
		.bus = "ccw",
		.nic = "",
		.watchdog = "diag288",
		.serial = { "-device", "sclpconsole,chardev=serial" },
	},
};

void argv_add(struct argv *out, const char *fmt, ...)
{
	size_t room = sizeof(out->text) - out->used;
	char *at = out->text + out->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(at, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room || out->count == ARGV_MAX) {
		out->full = true;
		return;
	}
	out->v[out->count++] = at;
	out->used += (size_t)n + 1;
}

void argv_option(struct argv *out, const char *name, const char *value)
{
	argv_add(out, "%s", name);
	argv_add(out, "%s", value);
}

static bool is_secure(const struct line *l)
{
	return l->a->may_be_secure;
}

void argv_virtio(const struct line *l, const char *kind, const char *properties)
{
	argv_add(l->out, "-device");
	argv_add(l->out, "virtio-%s-%s%s%s", kind, l->board->bus, properties,
		 is_secure(l) ? ",iommu_platform=on" : "");
}

/* Levels that nobody gave are left out: QEMU makes one of each. */
static void cpu_options(const struct line *l)
{
	const struct topology *t = &l->a->topology;
	const struct {
		const char *name;
		uint32_t n;
	} levels[] = {
		{ "sockets", t->sockets },
		{ "dies", t->dies },
		{ "cores", t->cores },
		{ "threads", t->threads },
	};
	char text[80];
	size_t n;

	n = (size_t)snprintf(text, sizeof(text), "%u", l->a->cpus);
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (levels[i].n)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
					      ",%s=%u", levels[i].name,
					      levels[i].n);
	argv_option(l->out, "-smp", text);
}

static void accel_option(const struct line *l)
{
	argv_add(l->out, "-accel");
	if (l->a->accel == ACCEL_KVM)
		argv_add(l->out, "kvm");
	else
		argv_add(l->out, "tcg,tb-size=%u", need_code_mib(l->a->cpus));
}

static void board_options(const struct line *l)
{
	const struct board *b = l->board;
	struct argv *out = l->out;

	if (is_secure(l))
		argv_option(out, "-object", "s390-pv-guest,id=pv0");
	argv_add(out, "-machine");
	argv_add(out, "%s%s%s", qemu_machine_names[able_machine(l->a)],
		 b->options[l->a->accel],
		 is_secure(l) ? ",confidential-guest-support=pv0" : "");
	accel_option(l);
	if (l->a->accel == ACCEL_KVM && b->kvm_cpu)
		argv_option(out, "-cpu", b->kvm_cpu);
	cpu_options(l);
	argv_add(out, "-m");
	argv_add(out, "%lluM", (unsigned long long)(l->a->memory >> 20));
	if (b->bios)
		argv_option(out, "-bios", b->bios);
	if (b->global)
		argv_option(out, "-global", b->global);
}

static void gate_options(const struct line *l)
{
	argv_add(l->out, "-S");
	argv_option(l->out, "-action",
		    "reboot=shutdown,shutdown=pause,panic=pause,"
		    "watchdog=pause");
	if (l->caps->teardown == TEARDOWN_RUN_WITH)
		argv_option(l->out, "-run-with", "async-teardown=on");
	else if (l->caps->teardown == TEARDOWN_OPTION)
		argv_add(l->out, "-async-teardown");
	if (l->caps->sandbox)
		argv_option(l->out, "-sandbox",
			    "on,obsolete=deny,elevateprivileges=deny,"
			    "spawn=deny,resourcecontrol=deny");
}

static void link_options(const struct line *l)
{
	const struct qemu_fds *fds = l->fds;
	struct argv *out = l->out;

	argv_add(out, "-add-fd");
	argv_add(out, "fd=%d,set=7,opaque=%s", fds->qmp_log, fds->mark);
	argv_add(out, "-chardev");
	argv_add(out,
		 "socket,id=qmp,fd=%d,server=on,wait=off,"
		 "logfile=/dev/fdset/7,logappend=on",
		 fds->qmp);
	argv_option(out, "-mon", "chardev=qmp,mode=control");
	argv_add(out, "-chardev");
	argv_add(out, "socket,id=serial,fd=%d,server=on,wait=off", fds->serial);
	argv_option(out, l->board->serial[0], l->board->serial[1]);
	argv_add(out, "-chardev");
	argv_add(out, "socket,id=agent,fd=%d,server=on,wait=off", fds->agent);
	argv_virtio(l, "serial", ",id=ports");
	argv_option(out, "-device",
		    "virtserialport,bus=ports.0,nr=1,chardev=agent,id=agent,"
		    "name=org.reprise.agent");
}

static void kernel_options(const struct line *l)
{
	const char *more = l->board->append ? l->board->append : "";

	argv_add(l->out, "-kernel");
	argv_add(l->out, "/proc/self/fd/%d", l->fds->kernel);
	argv_add(l->out, "-initrd");
	argv_add(l->out, "/proc/self/fd/%d", l->fds->initrd);
	if (l->image->cmdline[0] || more[0]) {
		argv_add(l->out, "-append");
		argv_add(l->out, "%s%s", l->image->cmdline, more);
	}
}

int argv_build(const struct appliance *a, const struct image *image,
	       const struct qemu_caps *caps, const struct qemu_fds *fds,
	       struct argv *out)
{
	const struct line l = { out, &boards[able_machine(a)], a, image, caps,
				fds };

	out->count = out->used = 0;
	out->full = false;
	argv_add(out, "%s", caps->path);
	argv_add(out, "-name");
	argv_add(out, "%s,debug-threads=on", a->name);
	argv_add(out, "-nodefaults");
	argv_add(out, "-no-user-config");
	argv_option(out, "-display", "none");
	board_options(&l);
	gate_options(&l);
	link_options(&l);
	argv_devices(&l);
	kernel_options(&l);
	for (uint32_t i = 0; i < a->arguments; i++)
		argv_add(out, "%s", a->argument[i]);
	out->v[out->count] = NULL;
	return out->full ? -E2BIG : 0;
}
