/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/appliance.h - the appliance file
 */
#ifndef HOST_CONFIG_APPLIANCE_H
#define HOST_CONFIG_APPLIANCE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/msg.h"

#include "host/sentence.h"

struct image;

enum {
	APPLIANCE_NAME_SIZE = 64,
	APPLIANCE_FORWARDS = 8,
	APPLIANCE_DISKS = 8,
	APPLIANCE_ARGUMENTS = 16,
	CPUS_MAX = 248,
	ARGUMENT_SIZE = 256,
	LINK_NAME_SIZE = 16,   /* IFNAMSIZ */
	MAC_SIZE = 18,	       /* as text */
	DISK_SERIAL_SIZE = 21, /* as virtio has it */
};

/* The order is that of the words in appliance.c. */
enum accel { ACCEL_TCG, ACCEL_KVM };
enum network { NETWORK_USER, NETWORK_NONE, NETWORK_TAP };
enum cache { CACHE_WRITEBACK, CACHE_NONE, CACHE_UNSAFE };
enum machine { MACHINE_DEFAULT, MACHINE_MICROVM };
enum secure { SECURE_NO, SECURE_YES, SECURE_AUTO };

/* Clean reboots always restart, a power-off never does; this is the rest. */
enum restart {
	RESTART_ON_FAILURE, /* a crash restarts */
	RESTART_ALWAYS,	    /* a crash and a power-off restart */
	RESTART_NEVER,	    /* nothing but a clean reboot restarts */
};

/* The order is that of enum on_panic, and of the words in keys.c. */
enum panic { PANIC_RESTART, PANIC_PAUSE, PANIC_STOP };

/* What follows when no memory came back in time. */
enum late { LATE_GIVE_UP, LATE_START_ANYWAY };

enum others { OTHERS_NONE, OTHERS_READ };

/* Who besides its user and root may ask the shim. */
struct control_conf {
	bool has_group;
	gid_t group;
	int others; /* enum others */
};

/* How its launches wait for memory. */
struct memory_conf {
	uint64_t reserve;  /* of the host, bytes; 0: admission_reserve() */
	uint64_t donation; /* to the ultravisor, bytes; 0: what is assumed */
	int priority;	   /* more is sooner */
	uint32_t timeout_ms;
	int late; /* enum late */
};

struct forward {
	char address[16]; /* host side, IPv4 */
	uint16_t port;	  /* host side; 0: forward_pick() chooses */
	uint16_t guest;
};

/* Of the CPUs; 0: the file does not say. */
struct topology {
	uint32_t sockets, dies, cores, threads;
};

struct disk {
	char serial[DISK_SERIAL_SIZE];
	char path[PATH_MAX];
	int cache; /* enum cache */
	bool read_only;
	bool device; /* a block device, not a file */
};

/* Where the file says it; 0: it does not, or there is no file. */
struct appliance_lines {
	unsigned int image, architecture, accel, qemu, user, machine, secure,
		cpus;
	unsigned int sockets, dies, cores, threads, watchdog, mode, bridge;
	unsigned int forward[APPLIANCE_FORWARDS], disk[APPLIANCE_DISKS];
};

struct appliance {
	bool from_image; /* there is no file: name and forwards are the image's
			  */
	char file[PATH_MAX]; /* "": there is none */
	struct appliance_lines line;
	char name[APPLIANCE_NAME_SIZE]; /* [a-z0-9-] */
	char image[PATH_MAX];		/* the image's directory */
	char architecture[16];		/* "": the image's */
	uint64_t memory;		/* bytes, whole MiB; 0: the image's */
	uint32_t cpus;
	struct topology topology;
	int accel;	     /* enum accel */
	int machine;	     /* enum machine */
	int secure;	     /* enum secure */
	bool may_be_secure;  /* of able_settle(): QEMU lets it be so */
	bool donates_again;  /* likewise: when it is reset in place */
	char qemu[PATH_MAX]; /* "": qemu-system-<architecture> in PATH */
	char user[64];	     /* who runs QEMU; "": host/launch/identity.h */
	uint32_t boot_timeout_ms; /* launch to READY */
	uint32_t grace_ms;	  /* what an operator's REQUEST grants */
	uint32_t heartbeat_ms;
	int network;		     /* enum network */
	char bridge[LINK_NAME_SIZE]; /* of NETWORK_TAP */
	char mac[MAC_SIZE];	     /* "": QEMU's, or that of the tap */
	struct forward forward[APPLIANCE_FORWARDS];
	uint32_t forwards;
	struct disk disk[APPLIANCE_DISKS];
	uint32_t disks;
	bool watchdog; /* has the machine one? */
	char parameters[MSG_PARAM_MAX +
			1]; /* lines for the guest, in WELCOME */
	char argument[APPLIANCE_ARGUMENTS][ARGUMENT_SIZE]; /* for QEMU */
	uint32_t arguments;
	struct memory_conf admission;
	struct control_conf control;
	int restart;		/* enum restart */
	uint32_t restart_limit; /* restarts after failures in the interval */
	uint32_t restart_interval_ms;
	uint32_t restart_delay_ms; /* before the second of a row, doubles */
	uint32_t restart_delay_max_ms;
	int on_panic;	     /* enum panic */
	uint32_t silence_ms; /* of the agent, until it is lost; 0: any */
};

/*
 * appliance_load() - read an appliance file, or take an image with defaults
 * @path:	a file; or a directory, which is then the image
 * @a:		written whole; not to be used after a failure
 * @error:	SENTENCE_MAX bytes
 * Return: 0; -EINVAL: the file says something wrong; else -errno of reading
 *	it; in each case @error has the sentence
 */
int appliance_load(const char *path, struct appliance *a, char *error);

/*
 * appliance_complete() - take from the image what the file left open
 *
 * That is memory, architecture, QEMU's name, and, for an appliance without a
 * file, name and forwards.
 * Return: 0; -EINVAL: they do not go together (@error)
 */
int appliance_complete(struct appliance *a, const struct image *image,
		       char *error);

/*
 * appliance_blame() - put FILE:LINE before a sentence
 * @line:	one of @a->line; 0: the sentence stays as it is
 * Return: @r
 */
int appliance_blame(const struct appliance *a, unsigned int line, int r,
		    char *error);

/* appliance_name_ok() - 1 to 63 of [a-z0-9-], not beginning with '-' */
bool appliance_name_ok(const char *name);

/*
 * appliance_pick_ports() - find a free host port for each forward with port 0
 *	and see that the others can be had
 * Return: 0; else -errno of bind() (@error)
 */
int appliance_pick_ports(struct appliance *a, char *error);

#endif
