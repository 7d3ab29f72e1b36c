/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image/pack/gzip.h - one gzip member, level 9, with neither name nor time
 */
#ifndef IMAGE_PACK_GZIP_H
#define IMAGE_PACK_GZIP_H

#include "image/pack/bytes.h"

/* gzip_pack() - append @in to @out, packed. A failure makes @out bad. */
void gzip_pack(const struct bytes *in, struct bytes *out);

#endif
