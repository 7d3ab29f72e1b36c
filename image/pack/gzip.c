// SPDX-License-Identifier: Apache-2.0
/*
 * image/pack/gzip.c - one gzip member, level 9, with neither name nor time
 *
 * By zlib and not by the machine's gzip: zlib's version is locked like every
 * other input, so the packed bytes follow from the inputs too.
 */
#include "image/pack/gzip.h"

#include <zlib.h>

enum { GZIP_BITS = 15 + 16, MEM_LEVEL = 9, STEP = 65536 };

void gzip_pack(const struct bytes *in, struct bytes *out)
{
	z_stream z = { .next_in = in->data, .avail_in = (uInt)in->size };
	uint8_t part[STEP];
	int r;

	out->bad |= in->bad || in->size != (uInt)in->size ||
		    deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_BITS,
				 MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK;
	if (out->bad)
		return;
	do {
		z.next_out = part;
		z.avail_out = sizeof(part);
		r = deflate(&z, Z_FINISH);
		bytes_append(out, part, sizeof(part) - z.avail_out);
	} while (r == Z_OK);
	out->bad |= r != Z_STREAM_END;
	deflateEnd(&z);
}
