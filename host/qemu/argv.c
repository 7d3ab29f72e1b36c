// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/argv.c - QEMU's command line (pure)
 *
 * Theory of operation: most of the line is the same everywhere and stands in
 * argv_build() in the order in which QEMU's manual lists it. What differs by
 * architecture is in one row of boards[]. Kernel, initrd, sockets and the QMP
 * log are descriptors: QEMU opens no path of ours but qboot's.
 *
 *  - -S: the shim says cont when QMP and agent are connected.
 *  - -action: whatever ends an epoch stops the VM, and the shim decides.
 *  - async teardown: QEMU's own exit does not wait for its memory.
 *  - debug-threads names the threads, so that the main one can be told.
 *  - The QMP log keeps events while no shim listens (an O_WRONLY|O_APPEND
 *    descriptor: of another kind, QEMU refuses it).
 */
#include "host/qemu/argv.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/qemu/probe.h"

struct board {
	const char *arch;
	enum machine machine;
	const char *type;      /* -machine */
	const char *bios;      /* -bios, or NULL */
	const char *kvm_cpu;   /* -cpu under KVM, or NULL: the default is it */
	const char *bus;       /* ending of virtio devices' names */
	const char *nic;       /* -device; romfile=: no boot ROM from a file */
	const char *panic;     /* device that reports a panic, or NULL */
	const char *watchdog;  /* device */
	const char *serial[2]; /* option and argument: console "serial" */
};

static const struct board boards[] = {
	{
		.arch = "x86_64",
		.machine = MACHINE_DEFAULT,
		.type = "q35",
		.bios = "qboot.rom", /* resets once, where SeaBIOS does twice */
		.kvm_cpu = "host",
		.bus = "pci",
		.nic = "virtio-net-pci,netdev=net,romfile=",
		.panic = "pvpanic-pci",
		.watchdog = "i6300esb",
		.serial = { "-serial", "chardev:serial" },
	},
	{
		.arch = "s390x",
		.machine = MACHINE_DEFAULT,
		.type = "s390-ccw-virtio",
		.bus = "ccw",
		.nic = "virtio-net-ccw,netdev=net",
		.watchdog = "diag288",
		.serial = { "-device", "sclpconsole,chardev=serial" },
	},
};

static const char *const accels[] = {
	[ACCEL_TCG] = "tcg",
	[ACCEL_KVM] = "kvm",
};

/* Append one argument. */
__attribute__((format(printf, 2, 3))) static void arg(struct argv *out,
						      const char *fmt, ...)
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

static void option(struct argv *out, const char *name, const char *value)
{
	arg(out, "%s", name);
	arg(out, "%s", value);
}

static void board_options(struct argv *out, const struct board *b,
			  const struct appliance *a)
{
	option(out, "-machine", b->type);
	option(out, "-accel", accels[a->accel]);
	if (a->accel == ACCEL_KVM && b->kvm_cpu)
		option(out, "-cpu", b->kvm_cpu);
	arg(out, "-smp");
	arg(out, "%u", a->cpus);
	arg(out, "-m");
	arg(out, "%lluM", (unsigned long long)(a->memory >> 20));
	if (b->bios)
		option(out, "-bios", b->bios);
}

static void gate_options(struct argv *out, const struct qemu_caps *caps)
{
	arg(out, "-S");
	option(out, "-action",
	       "reboot=shutdown,shutdown=pause,panic=pause,watchdog=pause");
	if (caps->run_with_async)
		option(out, "-run-with", "async-teardown=on");
	else
		arg(out, "-async-teardown");
	option(out, "-sandbox",
	       "on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
	       "resourcecontrol=deny");
}

static void link_options(struct argv *out, const struct board *b,
			 const struct qemu_fds *fds)
{
	arg(out, "-add-fd");
	arg(out, "fd=%d,set=7", fds->qmp_log);
	arg(out, "-chardev");
	arg(out,
	    "socket,id=qmp,fd=%d,server=on,wait=off,"
	    "logfile=/dev/fdset/7,logappend=on",
	    fds->qmp);
	option(out, "-mon", "chardev=qmp,mode=control");
	arg(out, "-chardev");
	arg(out, "socket,id=serial,fd=%d,server=on,wait=off", fds->serial);
	option(out, b->serial[0], b->serial[1]);
	arg(out, "-chardev");
	arg(out, "socket,id=agent,fd=%d,server=on,wait=off", fds->agent);
	arg(out, "-device");
	arg(out, "virtio-serial-%s,id=ports", b->bus);
	option(out, "-device",
	       "virtserialport,bus=ports.0,nr=1,chardev=agent,id=agent,"
	       "name=org.reprise.agent");
}

static void network_options(struct argv *out, const struct board *b,
			    const struct appliance *a)
{
	char user[64 * (APPLIANCE_FORWARDS + 1)] = "user,id=net";
	size_t n = strlen(user);

	if (a->network == NETWORK_NONE)
		return;
	for (uint32_t i = 0; i < a->forwards; i++)
		n += (size_t)snprintf(user + n, sizeof(user) - n,
				      ",hostfwd=tcp:%s:%u-:%u",
				      a->forward[i].address, a->forward[i].port,
				      a->forward[i].guest);
	option(out, "-netdev", user);
	option(out, "-device", b->nic);
}

/* A comma in a value is written twice. */
static const char *doubled(const char *path, char buf[static 2 * PATH_MAX])
{
	char *to = buf;

	for (; *path; path++) {
		*to++ = *path;
		if (*path == ',')
			*to++ = ',';
	}
	*to = '\0';
	return buf;
}

static void disk_options(struct argv *out, const struct board *b,
			 const struct appliance *a)
{
	char path[2 * PATH_MAX];

	for (uint32_t i = 0; i < a->disks; i++) {
		const struct disk *d = &a->disk[i];

		arg(out, "-blockdev");
		arg(out,
		    "driver=raw,node-name=disk%u,read-only=%s,"
		    "cache.direct=%s,cache.no-flush=%s,"
		    "file.driver=%s,file.filename=%s",
		    i, d->read_only ? "on" : "off",
		    d->cache == CACHE_NONE ? "on" : "off",
		    d->cache == CACHE_UNSAFE ? "on" : "off",
		    d->device ? "host_device" : "file",
		    doubled(d->path, path));
		arg(out, "-device");
		arg(out, "virtio-blk-%s,drive=disk%u,serial=%s", b->bus, i,
		    d->serial);
	}
}

static void device_options(struct argv *out, const struct board *b,
			   const struct appliance *a)
{
	arg(out, "-device");
	arg(out, "virtio-rng-%s", b->bus);
	if (b->panic)
		option(out, "-device", b->panic);
	if (a->watchdog)
		option(out, "-device", b->watchdog);
}

static void kernel_options(struct argv *out, const struct image *image,
			   const struct qemu_fds *fds)
{
	arg(out, "-kernel");
	arg(out, "/proc/self/fd/%d", fds->kernel);
	arg(out, "-initrd");
	arg(out, "/proc/self/fd/%d", fds->initrd);
	if (image->cmdline[0])
		option(out, "-append", image->cmdline);
}

static const struct board *find_board(const struct appliance *a,
				      const struct image *image)
{
	for (size_t i = 0; i < ARRAY_SIZE(boards); i++)
		if (strcmp(boards[i].arch, image->arch) == 0 &&
		    (int)boards[i].machine == a->machine)
			return &boards[i];
	return NULL;
}

int argv_build(const struct appliance *a, const struct image *image,
	       const struct qemu_caps *caps, const struct qemu_fds *fds,
	       struct argv *out)
{
	const struct board *b = find_board(a, image);

	if (!b)
		return -EINVAL;
	out->count = out->used = 0;
	out->full = false;
	arg(out, "%s", caps->path);
	arg(out, "-name");
	arg(out, "%s,debug-threads=on", a->name);
	arg(out, "-nodefaults");
	arg(out, "-no-user-config");
	option(out, "-display", "none");
	board_options(out, b, a);
	gate_options(out, caps);
	link_options(out, b, fds);
	network_options(out, b, a);
	disk_options(out, b, a);
	device_options(out, b, a);
	kernel_options(out, image, fds);
	out->v[out->count] = NULL;
	return out->full ? -E2BIG : 0;
}
