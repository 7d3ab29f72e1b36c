// SPDX-License-Identifier: Apache-2.0
/*
 * host/cgroup/cgroup.c - a cgroup of its own for each generation of QEMU
 *
 * Theory of operation: /proc/self/mountinfo says where cgroup2 is mounted and
 * which part of it, /proc/self/cgroup ("0::PATH") where we are. A memory
 * controller is asked for by writing +memory to the base; that fails, harmless,
 * where processes are in the base itself, or where v1 has the controller.
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

static FILE *open_proc(const char *root, const char *name)
{
	char path[CGROUP_PATH];
	int n = snprintf(path, sizeof(path), "%s/proc/self/%s", root, name);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(path, "re");
}

/* 36 35 98:0 /root /mount/point options ... - type source options */
static bool is_cgroup2(const char *line, char part[static CGROUP_PATH],
		       char mount[static CGROUP_PATH])
{
	const char *type = strstr(line, " - cgroup2 ");

	return type &&
	       sscanf(line, "%*s %*s %*s %1023s %1023s", part, mount) == 2;
}
static_assert(CGROUP_PATH == 1024, "as sscanf is told");

static int find_path(const char *root, char path[static CGROUP_PATH])
{
	FILE *f = open_proc(root, "cgroup");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (!f)
		return -errno;
	while (!found && getline(&line, &size, f) > 0)
		found = strncmp(line, "0::/", 4) == 0 &&
			strlen(line) < CGROUP_PATH;
	if (found) {
		memcpy(path, line + 3, strlen(line) - 2);
		path[strcspn(path, "\n")] = '\0';
	}
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
static int find_mount(struct cgroup *c, const char *root, const char *path)
{
	FILE *f = open_proc(root, "mountinfo");
	char part[CGROUP_PATH], *line = NULL;
	bool found = false;
	size_t size = 0;

	if (!f)
		return -errno;
	while (!found && getline(&line, &size, f) > 0)
		found = is_cgroup2(line, part, c->mount) &&
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

int cgroup_find(struct cgroup *c, const char *root, char *error)
{
	char path[CGROUP_PATH];
	int r = find_path(root, path);

	if (r == 0)
		r = find_mount(c, root, path);
	if (r < 0)
		return sentence(error, r,
				"no cgroup v2 is mounted, or not this "
				"process's part of it: mount it, or boot with "
				"systemd.unified_cgroup_hierarchy=1");
	choose_base(c);
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
static int make_directory(const struct cgroup *c, const char *name,
			  unsigned int generation, char *path, size_t size)
{
	int r = -EEXIST;

	for (int i = 0; i < TRIES && r == -EEXIST; i++) {
		char more[16] = "";

		if (i)
			snprintf(more, sizeof(more), ".%d", i);
		snprintf(path, size, "%s/vm-%s-%u%s", c->base, name, generation,
			 more);
		r = mkdir(path, 0755) < 0 ? -errno : 0;
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
	r = make_directory(c, name, generation, leaf->path, sizeof(leaf->path));
	if (r == 0) {
		leaf->fd = open(leaf->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = leaf->fd < 0 ? -errno : 0;
	}
	if (r == 0)
		return 0;
	sentence(error, r, "%s: cannot be made: %s", leaf->path, strerror(-r));
	leaf->path[0] = '\0';
	return r;
}

void cgroup_leaf_find(const struct cgroup *c, const char *name,
		      unsigned int generation, struct cgroup_leaf *leaf)
{
	snprintf(leaf->path, sizeof(leaf->path), "%s/vm-%s-%u", c->base, name,
		 generation);
	leaf->fd = open(leaf->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (leaf->fd < 0)
		leaf->path[0] = '\0';
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
