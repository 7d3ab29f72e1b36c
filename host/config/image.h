/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/image.h - an image: a directory with a manifest
 *
 * Theory of operation: image_open() reads the manifest, compares size and
 * SHA-256 of every file it names, and inflates kernel and initrd into sealed
 * memfds. What QEMU then boots is what was checked, whatever happens to the
 * directory meanwhile.
 */
#ifndef HOST_CONFIG_IMAGE_H
#define HOST_CONFIG_IMAGE_H

#include <stdint.h>

#include "host/sentence.h"

enum {
	IMAGE_CMDLINE_SIZE = 1024,
	IMAGE_FORWARDS = 8,
	IMAGE_ID_SIZE = 65,
};

struct image {
	char name[64];
	char version[32];
	char id[IMAGE_ID_SIZE]; /* SHA-256 of the manifest, in hex */
	char arch[16];		/* as QEMU names it: "x86_64", "s390x" */
	char cmdline[IMAGE_CMDLINE_SIZE]; /* one line */
	int kernel_fd; /* sealed memfd, CLOEXEC; -1: closed */
	int initrd_fd;
	uint64_t kernel_bytes; /* inflated */
	uint64_t initrd_bytes;
	uint64_t default_memory;	  /* bytes */
	uint16_t forward[IMAGE_FORWARDS]; /* guest's TCP ports */
	uint32_t forwards;
};

/*
 * image_open() - check an image and get it ready to boot
 * @dir:	the directory
 * @arch:	the architecture it must have, or NULL
 * @image:	the caller's until image_close(); not to be used on failure
 * @error:	SENTENCE_MAX bytes
 * Return: 0; -EINVAL: the manifest says something wrong; -ENOTSUP: the image
 *	is for another architecture; -EBADMSG: a file does not match its
 *	manifest; else -errno; in each case @error has the sentence
 */
int image_open(const char *dir, const char *arch, struct image *image,
	       char *error);

/* image_close() - takes a closed one */
void image_close(struct image *image);

#endif
