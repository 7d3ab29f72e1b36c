/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/argv_impl.h - between the two files of the command line
 *
 * argv.c has machine, gate and links; argv_devices.c what the guest gets.
 */
#ifndef HOST_QEMU_ARGV_IMPL_H
#define HOST_QEMU_ARGV_IMPL_H

#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/qemu/argv.h"
#include "host/qemu/probe.h"

/* What differs by machine. */
struct board {
	const char *options[2]; /* of -machine, behind its name; by accel */
	const char *bios;	/* -bios; NULL: the machine's own */
	const char *global;	/* -global, or NULL */
	const char *append;	/* behind the image's command line, or NULL */
	const char *kvm_cpu;	/* -cpu under KVM; NULL: the default is it */
	const char *bus;	/* ending of virtio devices' names */
	const char *nic;	/* further properties of the network device */
	const char *panic;	/* device that reports a panic, or NULL */
	const char *watchdog;	/* device, or NULL */
	const char *serial[2];	/* option and argument: console "serial" */
};

/* All that a line is made of. */
struct line {
	struct argv *out;
	const struct board *board;
	const struct appliance *a;
	const struct image *image;
	const struct qemu_caps *caps;
	const struct qemu_fds *fds;
};

/* argv_add() - append one argument */
void argv_add(struct argv *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* argv_option() - append two, as they are */
void argv_option(struct argv *out, const char *name, const char *value);

/*
 * argv_virtio() - append a virtio device
 * @kind:	"blk", "net", ...
 * @properties:	each with a comma before it
 */
void argv_virtio(const struct line *l, const char *kind,
		 const char *properties);

/* argv_devices() - network, disks, random numbers, panic, watchdog */
void argv_devices(const struct line *l);

#endif
