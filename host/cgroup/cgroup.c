// SPDX-License-Identifier: Apache-2.0
/*
 * host/cgroup/cgroup.c - a cgroup of its own for each generation of QEMU
 *
 * Theory of operation: /proc/self/mountinfo says where a hierarchy is mounted
 * and which part of it, /proc/self/cgroup ("0::PATH", "4:memory:PATH") where we
 * are. A memory controller is asked for by writing +memory to the base; that
 * fails, harmless, where processes are in the base itself, or where v1 has the
 * controller.
 */
#include "host/cgroup/cgroup.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 16 };

/* @pid: 0: our own */
static FILE *open_proc(const char *root, pid_t pid, const char *name)
{
	char path[CGROUP_PATH], who[16] = "self";
	int n;

	if (pid)
		snprintf(who, sizeof(who), "%d", (int)pid);
	n = snprintf(path, sizeof(path), "%s/proc/%s/%s", root, who, name);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(path, "re");
}

/* How a hierarchy is named in mountinfo and in /proc/self/cgroup. */
static const struct hierarchy {
	const char *type, *controller;
} unified = { " - cgroup2 ", "" }, memory_v1 = { " - cgroup ", "memory" };

/* Is @word one of those in "a,b,c"? The empty word is all of an empty list. */
static bool lists(const char *list, size_t len, const char *word)
{
	const char *end = list + len, *comma;
	size_t n = strlen(word);

	for (;; list = comma + 1) {
		comma = memchr(list, ',', (size_t)(end - list));
		len = (size_t)((comma ? comma : end) - list);
		if (len == n && memcmp(list, word, n) == 0)
			return true;
		if (!comma)
			return false;
	}
}

/* 36 35 98:0 /root /mount/point options ... - type source options */
static bool is_mount_of(const struct hierarchy *h, const char *line,
			char part[static CGROUP_PATH],
			char mount[static CGROUP_PATH])
{
	const char *type = strstr(line, h->type);
	const char *options;

	if (!type ||
	    sscanf(line, "%*s %*s %*s %1023s %1023s", part, mount) != 2)
		return false;
	options = strrchr(type, ' ') + 1;
	return !h->controller[0] ||
	       lists(options, strcspn(options, "\n"), h->controller);
}
static_assert(CGROUP_PATH == 1024, "as sscanf is told");

/* "4:cpu,memory:/path\n". Return: the path in it; NULL: another hierarchy's */
static const char *path_in(const struct hierarchy *h, const char *line)
{
	const char *list = strchr(line, ':');
	const char *path = list ? strchr(list + 1, ':') : NULL;

	if (!path || path[1] != '/' || strlen(path) > CGROUP_PATH)
		return NULL;
	return lists(list + 1, (size_t)(path - list - 1), h->controller)
		       ? path + 1
		       : NULL;
}

static int find_path(const struct hierarchy *h, const char *root, pid_t pid,
		     char path[static CGROUP_PATH])
{
	FILE *f = open_proc(root, pid, "cgroup");
	const char *found = NULL;
	char *line = NULL;
	size_t size = 0;

	if (!f)
		return -errno;
	while (!found && getline(&line, &size, f) > 0)
		found = path_in(h, line);
	if (found)
		snprintf(path, CGROUP_PATH, "%.*s", (int)strcspn(found, "\n"),
			 found);
	free(line);
	fclose(f);
	return found ? 0 : -ENOENT;
}

/* What is mounted may be a part of the whole: then our path begins with it. */
static const char *below(const char *path, const char *part)
{
	size_t n = strcmp(part, "/") == 0 ? 0 : strlen(part);

	return strncmp(path, part, n) == 0 ? path + n : path;
}

/* Return: our directory of this mount is there */
static bool is_ours(struct cgroup *c, const char *root, const char *part,
		    const char *path)
{
	const char *rest = below(path, part);
	int n = snprintf(c->own, sizeof(c->own), "%s%s%s", root, c->mount,
			 strcmp(rest, "/") == 0 ? "" : rest);

	return n > 0 && (size_t)n < sizeof(c->own) && access(c->own, F_OK) == 0;
}

/* The first that has us: others may be covered by a later mount. */
static int find_mount(const struct hierarchy *h, struct cgroup *c,
		      const char *root, const char *path)
{
	FILE *f = open_proc(root, 0, "mountinfo");
	char part[CGROUP_PATH], *line = NULL;
	bool found = false;
	size_t size = 0;

	if (!f)
		return -errno;
	while (!found && getline(&line, &size, f) > 0)
		found = is_mount_of(h, line, part, c->mount) &&
			is_ours(c, root, part, path);
	free(line);
	fclose(f);
	return found ? 0 : -ENOENT;
}

/* A service's own group is UNIT/shim where systemd made it so. */
static void choose_base(struct cgroup *c)
{
	char *last;

	memcpy(c->base, c->own, sizeof(c->base));
	last = strrchr(c->base, '/');
	if (last && strcmp(last + 1, CGROUP_SUBGROUP) == 0)
		*last = '\0';
}

static int find(const struct hierarchy *h, struct cgroup *c, const char *root)
{
	char path[CGROUP_PATH];
	int r = find_path(h, root, 0, path);

	if (r == 0)
		r = find_mount(h, c, root, path);
	if (r == 0)
		choose_base(c);
	return r;
}

int cgroup_find(struct cgroup *c, const char *root, char *error)
{
	int r = find(&unified, c, root);

	if (r < 0)
		return sentence(error, r,
				"no cgroup v2 is mounted, or not this "
				"process's part of it: mount it, or boot with "
				"systemd.unified_cgroup_hierarchy=1");
	return 0;
}

int cgroup_find_memory_v1(struct cgroup *c, const char *root, char *error)
{
	int r = find(&memory_v1, c, root);

	if (r < 0)
		return sentence(error, r,
				"no memory controller of cgroup v1 is mounted, "
				"or not this process's part of it");
	return 0;
}

static void want_memory(const struct cgroup *c)
{
	char path[PATH_MAX / 2];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", c->base);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)!write(fd, "+memory", 7);
	close(fd);
}

/* One of this name may have somebody in it: it stays, and has a neighbour. */
static void name_leaf(const struct cgroup *c, const char *name,
		      unsigned int generation, int more,
		      struct cgroup_leaf *leaf)
{
	char suffix[16] = "";

	if (more)
		snprintf(suffix, sizeof(suffix), ".%d", more);
	snprintf(leaf->path, sizeof(leaf->path), "%s/vm-%s-%u%s", c->base, name,
		 generation, suffix);
}

static int open_leaf(struct cgroup_leaf *leaf)
{
	leaf->fd = open(leaf->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return leaf->fd < 0 ? -errno : 0;
}

static int make_directory(const struct cgroup *c, const char *name,
			  unsigned int generation, struct cgroup_leaf *leaf)
{
	int r = -EEXIST;

	for (int i = 0; i < TRIES && r == -EEXIST; i++) {
		name_leaf(c, name, generation, i, leaf);
		r = mkdir(leaf->path, 0755) < 0 ? -errno : 0;
	}
	return r;
}

/* vm-NAME-GENERATION, or vm-NAME-GENERATION.TRY */
static bool is_leaf_of(const char *entry, const char *name)
{
	size_t n = strlen(name);
	int end = 0;

	if (strncmp(entry, "vm-", 3) != 0 || strncmp(entry + 3, name, n) != 0)
		return false;
	entry += 3 + n;
	sscanf(entry, "-%*[0-9]%n.%*[0-9]%n", &end, &end);
	return end > 0 && !entry[end];
}

/* rmdir() itself says whether somebody is in it. */
static void sweep(const struct cgroup *c, const char *name)
{
	const struct dirent *d;
	DIR *base = opendir(c->base);

	if (!base)
		return;
	while ((d = readdir(base)) != NULL)
		if (is_leaf_of(d->d_name, name))
			unlinkat(dirfd(base), d->d_name, AT_REMOVEDIR);
	closedir(base);
}

int cgroup_leaf_make(const struct cgroup *c, const char *name,
		     unsigned int generation, struct cgroup_leaf *leaf,
		     char *error)
{
	int r;

	want_memory(c);
	sweep(c, name);
	leaf->fd = -1;
	r = make_directory(c, name, generation, leaf);
	if (r == 0)
		r = open_leaf(leaf);
	if (r == 0)
		return 0;
	sentence(error, r, "%s: cannot be made: %s", leaf->path, strerror(-r));
	leaf->path[0] = '\0';
	return r;
}

int cgroup_leaf_entrance(const struct cgroup_leaf *leaf)
{
	int fd = openat(leaf->fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void cgroup_leaf_of(const char *root, pid_t pid, const char *name,
		    struct cgroup_leaf leaf[static CGROUP_HIERARCHIES])
{
	static const struct hierarchy *const all[CGROUP_HIERARCHIES] = {
		&unified, &memory_v1
	};

	for (int i = 0; i < CGROUP_HIERARCHIES; i++) {
		char path[CGROUP_PATH];
		struct cgroup c;

		leaf[i] = (struct cgroup_leaf){ .fd = -1 };
		if (find_path(all[i], root, pid, path) == 0 &&
		    find_mount(all[i], &c, root, path) == 0 &&
		    is_leaf_of(strrchr(c.own, '/') + 1, name)) {
			memcpy(leaf[i].path, c.own, sizeof(c.own));
			open_leaf(&leaf[i]);
		}
	}
}

bool cgroup_leaf_remove(struct cgroup_leaf *leaf)
{
	bool gone = true;

	if (leaf->fd >= 0)
		close(leaf->fd);
	if (leaf->path[0])
		gone = rmdir(leaf->path) == 0 || errno == ENOENT;
	*leaf = (struct cgroup_leaf){ .fd = -1 };
	return gone;
}
