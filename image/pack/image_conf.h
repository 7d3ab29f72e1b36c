/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image/pack/image_conf.h - image.conf, what an image is to be made of
 *
 *	[image]
 *	name = web
 *	version = 1.0
 *	[kernel]
 *	cmdline-x86_64 = console=ttyS0 quiet
 *	cmdline-s390x = console=ttysclp0 quiet
 *	[defaults]
 *	memory = 256 MiB
 *	forward = 80			TCP port of the guest; may repeat
 *	[root]				each may repeat
 *	dir = 0755 /www
 *	file = 0644 /www/page.html www/page.html
 *	file = 0755 /bin/busybox busybox-static:/bin/busybox
 *	link = /bin/sh busybox
 *	[root-s390x]			the same for one architecture, or
 *	link = /lib/ld64.so.1 ...	[root-x86_64]
 *
 * A file's source is a path in the image's root/, or PACKAGE:/PATH, a file of
 * a Debian package of the guest's architecture. A mode may name an owner too,
 * MODE:UID:GID; without it that is root. Kind, mode, owner and time of what is
 * on the disk do not matter.
 */
#ifndef IMAGE_PACK_IMAGE_CONF_H
#define IMAGE_PACK_IMAGE_CONF_H

#include <stddef.h>
#include <stdint.h>

#include "common/conf.h"
#include "image/initramfs/tree.h"

enum { IMAGE_FORWARDS_MAX = 8, SOURCE_MAX = 256 };

/* One line of [root]. */
struct root_entry {
	uint32_t mode; /* as st_mode: kind and permissions */
	uint32_t uid, gid;
	char path[NODE_PATH_MAX];
	char source[SOURCE_MAX]; /* of a file; of a link its target */
	const char *arch;	 /* "": every one */
	unsigned int line;
};

struct image_conf {
	char name[32];
	char version[16];
	char cmdline_x86_64[CONF_LINE_MAX];
	char cmdline_s390x[CONF_LINE_MAX];
	uint64_t memory; /* bytes */
	uint16_t forward[IMAGE_FORWARDS_MAX];
	unsigned int forwards;
	struct root_entry *root; /* owned */
	size_t count, room;
	const struct conf *reader; /* while reading: for the line */
};

/*
 * image_conf_parse() - read a whole image.conf
 * @file:	its name, for the sentence
 * @ret:	the caller's until image_conf_free(), on failure too
 * @error:	SENTENCE_MAX bytes
 * Return: 0; -EINVAL with the sentence in @error
 */
int image_conf_parse(const char *text, size_t len, const char *file,
		     struct image_conf *ret, char *error);

/* image_conf_cmdline() - for @arch. Return: NULL: unknown architecture */
const char *image_conf_cmdline(const struct image_conf *c, const char *arch);

/*
 * source_package() - does a source name a package?
 * @name:	SOURCE_MAX bytes, the package's name
 * Return: the path in it, which points into @source; NULL: no package
 */
const char *source_package(const char *source, char *name);

void image_conf_free(struct image_conf *c);

#endif
