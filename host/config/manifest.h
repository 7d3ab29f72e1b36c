/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/manifest.h - what an image says about itself (pure)
 *
 *	[image]
 *	format = 1
 *	name = web
 *	version = 1.0
 *	architecture = s390x
 *	[files]
 *	kernel = SHA-256 BYTES INFLATED-BYTES	(gzip)
 *	initrd = SHA-256 BYTES INFLATED-BYTES	(gzip)
 *	cmdline = SHA-256 BYTES
 *	[defaults]
 *	memory = 256 MiB
 *	forward = 80				(repeats)
 *	[inputs]
 *	input = NAME VERSION SHA-256-OR-DASH	(repeats; for people)
 */
#ifndef HOST_CONFIG_MANIFEST_H
#define HOST_CONFIG_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "host/config/image.h"

enum { MANIFEST_HASH = 32 };

struct manifest_file {
	uint8_t hash[MANIFEST_HASH];
	uint64_t stored; /* bytes, likewise: */
	uint64_t inflated;
};

struct manifest {
	uint32_t format;
	char name[sizeof(((struct image *)0)->name)];
	char version[sizeof(((struct image *)0)->version)];
	char arch[sizeof(((struct image *)0)->arch)];
	struct manifest_file kernel, initrd, cmdline;
	uint64_t memory;
	uint16_t forward[IMAGE_FORWARDS];
	uint32_t forwards;
};

/*
 * manifest_parse() - read a manifest
 * @file:	its path, for the sentence
 * @m:		not to be used on failure
 * Return: 0; -EINVAL, with the sentence in @error
 */
int manifest_parse(const char *text, size_t len, const char *file,
		   struct manifest *m, char *error);

#endif
