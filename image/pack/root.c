// SPDX-License-Identifier: Apache-2.0
/*
 * image/pack/root.c - from image.conf to the tree of the initramfs
 */
#include "image/pack/root.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/array.h"
#include "guest/config/init_conf.h"
#include "host/sentence.h"

static const struct node always[] = {
	{ .path = "/dev", .mode = S_IFDIR | 0755 },
	/* the kernel opens it for PID 1 before anything is mounted */
	{ .path = "/dev/console",
	  .mode = S_IFCHR | 0600,
	  .major = 5,
	  .minor = 1 },
	{ .path = "/etc", .mode = S_IFDIR | 0755 },
	{ .path = "/etc/reprise", .mode = S_IFDIR | 0755 },
	{ .path = "/proc", .mode = S_IFDIR | 0755 },
	{ .path = "/run", .mode = S_IFDIR | 0755 },
	{ .path = "/sys", .mode = S_IFDIR | 0755 },
	{ .path = "/tmp", .mode = S_IFDIR | 01777 },
};

static int add_always(struct tree *t, char *error)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(always) && r == 0; i++) {
		struct node n = always[i];

		n.file = "of every image";
		r = tree_add(t, &n, error);
	}
	return r;
}

/* A file of every image: @disk's content, or if that is NULL, @text. */
static int add_own(struct tree *t, const char *path, uint32_t mode,
		   const char *disk, const char *text, char *error)
{
	struct node n = { .mode = S_IFREG | mode, .file = "of every image" };

	snprintf(n.path, sizeof(n.path), "%s", path);
	if (!disk)
		bytes_append(&n.content, text, strlen(text));
	else if (bytes_read(&n.content, disk, error) < 0)
		return -EIO;
	return tree_add(t, &n, error);
}

/* Where the content of a file lies on this disk. */
static int find_source(const struct root_sources *s, const char *source,
		       char path[static PATH_MAX], char *error)
{
	char name[SOURCE_MAX];
	const char *in_package = source_package(source, name);
	const char *dir = NULL;
	int n;

	if (!in_package) {
		n = snprintf(path, PATH_MAX, "%s/root/%s", s->dir, source);
		return n < PATH_MAX ? 0 : -ENAMETOOLONG;
	}
	for (size_t i = 0; i < s->count && !dir; i++)
		if (strcmp(s->packages[i].name, name) == 0)
			dir = s->packages[i].dir;
	if (!dir)
		return sentence(error, -ENOENT,
				"package %s was not handed over, use "
				"image/build",
				name);
	n = snprintf(path, PATH_MAX, "%s%s", dir, in_package);
	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int add_entry(struct tree *t, const struct root_entry *e,
		     const struct root_sources *s, char *error)
{
	struct node n = { .mode = e->mode,
			  .uid = e->uid,
			  .gid = e->gid,
			  .file = "image.conf",
			  .line = e->line };
	char path[PATH_MAX], why[SENTENCE_MAX];
	int r = 0;

	memcpy(n.path, e->path, sizeof(n.path));
	if (S_ISLNK(e->mode))
		bytes_append(&n.content, e->source, strlen(e->source));
	if (S_ISREG(e->mode)) {
		r = find_source(s, e->source, path, why);
		if (r == 0)
			r = bytes_read(&n.content, path, why);
	}
	if (r < 0) {
		bytes_free(&n.content);
		return sentence(error, r, "image.conf:%u: file %s: %.400s",
				e->line, e->path, why);
	}
	return tree_add(t, &n, error);
}

#ifdef CONFIG_GUEST_STORAGE
/* A program that the boot step runs. */
static int check_program(const struct tree *t, const char *path,
			 const struct storage_disk *d, char *error)
{
	if (tree_find(t, path))
		return 0;
	return sentence(error, -EINVAL,
			"init.conf: disk %s needs %s, which is not in the "
			"image: add it to [root] of image.conf, from Debian's "
			"e2fsprogs",
			d->path, path);
}

static int check_storage(const struct tree *t, const struct storage_conf *c,
			 char *error)
{
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < c->disks; i++) {
		if (!c->disk[i].read_only)
			r = check_program(t, STORAGE_FSCK, &c->disk[i], error);
		if (r == 0 && c->disk[i].create)
			r = check_program(t, STORAGE_MKFS, &c->disk[i], error);
	}
	return r;
}
#else
static int check_storage(const struct tree *t, const struct storage_conf *c,
			 char *error)
{
	(void)t;
	(void)c;
	(void)error;
	return 0;
}
#endif

/* What PID 1 would refuse at boot is refused here: the file, and what it
 * starts. */
static int check_init_conf(const struct tree *t, char *error)
{
	const struct node *n = tree_find(t, "/etc/reprise/init.conf");
	const struct node *payload;
	struct init_conf conf;
	int r = init_conf_parse((const char *)n->content.data, n->content.size,
				"init.conf", &conf, error);

	if (r < 0)
		return r;
	payload = tree_find(t, conf.exec.text);
	if (!payload)
		return sentence(error, -EINVAL,
				"init.conf: exec = %s is not in the image, add "
				"it to [root] of image.conf",
				conf.exec.text);
	if (S_ISREG(payload->mode) && !(payload->mode & 0111))
		return sentence(error, -EINVAL,
				"image.conf:%u: %s is what init.conf executes, "
				"write mode 0755",
				payload->line, payload->path);
	return check_storage(t, &conf.storage, error);
}

int root_build(const struct image_conf *c, const struct root_sources *s,
	       struct tree *t, char *error)
{
	char conf[PATH_MAX], words[64];
	int r = add_always(t, error);

	snprintf(conf, sizeof(conf), "%s/init.conf", s->dir);
	snprintf(words, sizeof(words), "%s %s\n", c->name, c->version);
	if (r == 0)
		r = add_own(t, "/init", 0755, s->init, NULL, error);
	if (r == 0)
		r = add_own(t, "/etc/reprise/init.conf", 0644, conf, NULL,
			    error);
	if (r == 0)
		r = add_own(t, "/etc/reprise/image", 0644, NULL, words, error);
	for (size_t i = 0; i < c->count && r == 0; i++)
		if (!*c->root[i].arch || !strcmp(c->root[i].arch, s->arch))
			r = add_entry(t, &c->root[i], s, error);
	if (r == 0)
		r = tree_finish(t, error);
	return r ? r : check_init_conf(t, error);
}
