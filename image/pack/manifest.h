/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image/pack/manifest.h - what an image says about itself
 *
 * The host reads it back (host/config/manifest.h has the layout); [inputs] is
 * for people and for whoever builds the image again: equal inputs, equal bytes.
 */
#ifndef IMAGE_PACK_MANIFEST_H
#define IMAGE_PACK_MANIFEST_H

#include "image/pack/bytes.h"
#include "image/pack/image_conf.h"

struct manifest_parts {
	const char *arch;
	const struct bytes *kernel, *initrd; /* as stored: packed */
	uint64_t kernel_inflated, initrd_inflated;
	const struct bytes *cmdline;
	const struct bytes *inputs; /* lines "name version hash", in order */
};

/*
 * manifest_write() - append the text
 * @error:	SENTENCE_MAX bytes
 * Return: 0; -EINVAL: a line of the inputs is none, see @error
 */
int manifest_write(const struct image_conf *c, const struct manifest_parts *p,
		   struct bytes *out, char *error);

#endif
