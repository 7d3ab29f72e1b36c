/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image/initramfs/tree.h - what an initramfs holds
 *
 * Theory of operation: a list of nodes in any order; tree_finish() sorts it by
 * path and refuses what no kernel would unpack as meant: a path twice, a path
 * whose directory is missing or is none. Nothing comes from a disk but content.
 */
#ifndef IMAGE_INITRAMFS_TREE_H
#define IMAGE_INITRAMFS_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "image/pack/bytes.h"

enum { NODE_PATH_MAX = 256 };

struct node {
	char path[NODE_PATH_MAX]; /* absolute: "/bin/web" */
	uint32_t mode;		  /* as st_mode: kind and permissions */
	uint32_t uid, gid;
	uint32_t major, minor; /* of a device */
	struct bytes content;  /* of a file; of a link its target */
	const char *file;      /* who asked for it, for sentences; borrowed */
	unsigned int line;
};

struct tree {
	struct node *nodes;
	size_t count, room;
};

/*
 * tree_add() - take over @node, its content too
 * @error:	SENTENCE_MAX bytes
 * Return: 0; -ENOMEM or -EINVAL (the path): @node's content is freed
 */
int tree_add(struct tree *t, struct node *node, char *error);

/*
 * tree_finish() - sort, and check the whole
 * Return: 0; -EINVAL with the sentence in @error
 */
int tree_finish(struct tree *t, char *error);

/* tree_find() - in a finished tree. Return: NULL: no such path */
const struct node *tree_find(const struct tree *t, const char *path);

/* tree_free() - takes a tree that is all zero */
void tree_free(struct tree *t);

#endif
