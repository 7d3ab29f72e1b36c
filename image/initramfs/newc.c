// SPDX-License-Identifier: Apache-2.0
/*
 * image/initramfs/newc.c - a tree as the archive that the kernel unpacks
 */
#include "image/initramfs/newc.h"

#include <string.h>
#include <sys/stat.h>

static void header(const struct node *n, const char *name, uint32_t inode,
		   uint32_t links, struct bytes *out)
{
	const uint32_t fields[] = {
		inode,
		n->mode,
		n->uid,
		n->gid,
		links,
		inode ? NEWC_TIME : 0,
		(uint32_t)n->content.size,
		0, /* device of the inode */
		0,
		n->major,
		n->minor,
		(uint32_t)strlen(name) + 1,
		0, /* checksum: of another format */
	};

	bytes_format(out, "070701");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		bytes_format(out, "%08x", fields[i]);
	bytes_append(out, name, strlen(name) + 1);
	bytes_pad(out, 4);
}

void newc_write(const struct tree *t, struct bytes *out)
{
	static const struct node end = { .mode = 0 };

	for (size_t i = 0; i < t->count; i++) {
		const struct node *n = &t->nodes[i];

		out->bad |= n->content.bad || n->content.size > UINT32_MAX;
		header(n, n->path + 1, (uint32_t)i + 1,
		       S_ISDIR(n->mode) ? 2 : 1, out);
		bytes_append(out, n->content.data, n->content.size);
		bytes_pad(out, 4);
	}
	header(&end, "TRAILER!!!", 0, 1, out);
}
