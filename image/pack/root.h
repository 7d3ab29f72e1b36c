/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image/pack/root.h - from image.conf to the tree of the initramfs
 *
 * Theory of operation: what every appliance has comes first (/init, /dev, the
 * mount points, /etc/reprise), then the lines of [root]; the tree refuses what
 * collides. Of the disk only the content of files is read.
 */
#ifndef IMAGE_PACK_ROOT_H
#define IMAGE_PACK_ROOT_H

#include "image/initramfs/tree.h"
#include "image/pack/image_conf.h"

/* A Debian package, unpacked somewhere. */
struct package {
	const char *name;
	const char *dir;
};

struct root_sources {
	const char *arch;
	const char *dir;  /* the image's directory */
	const char *init; /* the program reprise-init */
	const struct package *packages;
	size_t count;
};

/*
 * root_build() - the whole tree, finished
 * @t:		the caller's until tree_free(), on failure too
 * @error:	SENTENCE_MAX bytes
 * Return: 0 or -errno with the sentence in @error
 */
int root_build(const struct image_conf *c, const struct root_sources *s,
	       struct tree *t, char *error);

#endif
