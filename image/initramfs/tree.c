// SPDX-License-Identifier: Apache-2.0
/*
 * image/initramfs/tree.c - what an initramfs holds
 */
#include "image/initramfs/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/sentence.h"

/* Absolute, no empty, "." or ".." part, no '/' at the end. */
static bool path_is_plain(const char *path)
{
	if (path[0] != '/')
		return false;
	while (*path == '/') {
		const char *part = ++path;
		size_t n = strcspn(part, "/");

		if (n == 0 ||
		    (part[0] == '.' && (n == 1 || (n == 2 && part[1] == '.'))))
			return false;
		path += n;
	}
	return true;
}

static int append(struct tree *t, const struct node *node)
{
	size_t room = t->room ? t->room : 64;
	struct node *nodes;

	while (room == t->count)
		room *= 2;
	if (room != t->room) {
		nodes = reallocarray(t->nodes, room, sizeof(*nodes));
		if (!nodes)
			return -ENOMEM;
		t->nodes = nodes;
		t->room = room;
	}
	t->nodes[t->count++] = *node;
	return 0;
}

int tree_add(struct tree *t, struct node *node, char *error)
{
	int r = path_is_plain(node->path) ? 0 : -EINVAL;

	if (r)
		sentence(error, r,
			 "%s:%u: found the path '%s', write an absolute one "
			 "without '.', '..' and a '/' at its end",
			 node->file, node->line, node->path);
	else if ((r = append(t, node)) < 0)
		sentence(error, r, "%s:%u: out of memory", node->file,
			 node->line);
	if (r)
		bytes_free(&node->content);
	return r;
}

static int by_path(const void *a, const void *b)
{
	const struct node *one = a, *two = b;

	return strcmp(one->path, two->path);
}

const struct node *tree_find(const struct tree *t, const char *path)
{
	struct node key;

	if (!t->count || strlen(path) >= sizeof(key.path))
		return NULL;
	memcpy(key.path, path, strlen(path) + 1);
	return bsearch(&key, t->nodes, t->count, sizeof(key), by_path);
}

static int check_parent(const struct tree *t, const struct node *n, char *error)
{
	char parent[NODE_PATH_MAX];
	const struct node *up;

	memcpy(parent, n->path, sizeof(parent));
	*strrchr(parent, '/') = '\0';
	if (parent[0] == '\0')
		return 0;
	up = tree_find(t, parent);
	if (!up)
		return sentence(error, -EINVAL,
				"%s:%u: %s has no directory, write 'dir = 0755 "
				"%s' in [root] too",
				n->file, n->line, n->path, parent);
	if (!S_ISDIR(up->mode))
		return sentence(error, -EINVAL,
				"%s:%u: %s lies in %s, which is not a "
				"directory; write another path",
				n->file, n->line, n->path, parent);
	return 0;
}

int tree_finish(struct tree *t, char *error)
{
	int r = 0;

	qsort(t->nodes, t->count, sizeof(*t->nodes), by_path);
	for (size_t i = 0; i < t->count && r == 0; i++) {
		const struct node *n = &t->nodes[i];

		if (i && strcmp(n->path, n[-1].path) == 0)
			r = sentence(error, -EINVAL,
				     "%s:%u: %s is there already (%s:%u), keep "
				     "one",
				     n->file, n->line, n->path, n[-1].file,
				     n[-1].line);
		else
			r = check_parent(t, n, error);
	}
	return r;
}

void tree_free(struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		bytes_free(&t->nodes[i].content);
	free(t->nodes);
	*t = (struct tree){ 0 };
}
