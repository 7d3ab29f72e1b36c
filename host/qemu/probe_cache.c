// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/probe_cache.c - what was found out about a QEMU, kept
 *
 * Theory of operation: one small file of JSON for each binary, written beside
 * and renamed, so that whoever reads finds a whole one. It is read only if
 * nobody else could have written it. Its last entry is what QEMU answered, the
 * others say which file that was.
 */
#include "host/qemu/probe_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crc32c.h"

#include "host/config/text.h"

enum { FORMAT = 1, DIR_SIZE = PATH_MAX / 2, FILE_BYTES = 8192 };

/* Which file was asked, and where the cache has its answers. */
struct asked {
	const char *path;
	struct stat st;
	char dir[DIR_SIZE];
	char name[32];
};

static bool find_dir(char dir[static DIR_SIZE])
{
	const char *given = getenv("REPRISE_CACHE_DIR");
	const char *user = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	int n = 0;

	if (given && given[0])
		n = snprintf(dir, DIR_SIZE, "%s", given);
	else if (geteuid() == 0)
		n = snprintf(dir, DIR_SIZE, "/var/cache/reprise");
	else if (user && user[0])
		n = snprintf(dir, DIR_SIZE, "%s/reprise", user);
	else if (home && home[0])
		n = snprintf(dir, DIR_SIZE, "%s/.cache/reprise", home);
	return n > 0 && n < DIR_SIZE && dir[0] == '/';
}

static bool is_script(const char *path)
{
	char start[2] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, start, sizeof(start));

	if (fd >= 0)
		close(fd);
	return n != sizeof(start) || (start[0] == '#' && start[1] == '!');
}

/* Return: false: of this one nothing is kept */
static bool identify(struct asked *a, const char *path)
{
	a->path = path;
	if (!find_dir(a->dir) || stat(path, &a->st) < 0 || is_script(path))
		return false;
	snprintf(a->name, sizeof(a->name), "qemu-%08x.json",
		 (unsigned int)crc32c((const uint8_t *)path, strlen(path)));
	return true;
}

/* Return: a directory that only we (or root) write to; -1: there is none */
static int open_dir(const char *dir)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && (st.st_uid == geteuid() || st.st_uid == 0) &&
	    !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return fd;
	close(fd);
	return -1;
}

/* The inode's own time: an update may set the other one as it likes. */
static long long changed_ns(const struct stat *st)
{
	return st->st_ctim.tv_sec * 1000000000LL + st->st_ctim.tv_nsec;
}

static bool is_about(json_t *file, const struct asked *a)
{
	json_int_t format, dev, inode, size, changed;
	const char *path;

	return json_unpack(file, "{s:I,s:s,s:I,s:I,s:I,s:I}", "format", &format,
			   "path", &path, "device", &dev, "inode", &inode,
			   "size", &size, "changed_ns", &changed) == 0 &&
	       format == FORMAT && strcmp(path, a->path) == 0 &&
	       dev == (json_int_t)a->st.st_dev &&
	       inode == (json_int_t)a->st.st_ino && size == a->st.st_size &&
	       changed == changed_ns(&a->st);
}

static bool take_caps(json_t *answers, struct qemu_caps *caps)
{
	struct qemu_caps c = { 0 };
	int teardown, sandbox, guest, machine[QEMU_MACHINES];
	const char *arch;

	if (json_unpack(answers, "{s:i,s:i,s:i,s:s,s:i,s:b,s:b,s:[b,b,b]}",
			"major", &c.major, "minor", &c.minor, "micro", &c.micro,
			"arch", &arch, "teardown", &teardown, "sandbox",
			&sandbox, "pv_guest", &guest, "machines", &machine[0],
			&machine[1], &machine[2]) < 0 ||
	    teardown < TEARDOWN_NONE || teardown > TEARDOWN_RUN_WITH ||
	    strlen(arch) >= sizeof(c.arch))
		return false;
	snprintf(c.arch, sizeof(c.arch), "%s", arch);
	memcpy(c.path, caps->path, sizeof(c.path));
	c.teardown = (enum qemu_teardown)teardown;
	c.sandbox = sandbox;
	c.pv_guest = guest;
	for (int i = 0; i < QEMU_MACHINES; i++)
		c.machine[i] = machine[i];
	*caps = c;
	return true;
}

static bool load(const struct asked *a, struct qemu_caps *caps)
{
	char text[FILE_BYTES];
	int dir = open_dir(a->dir);
	ssize_t n = dir < 0 ? -1 : text_read(dir, a->name, text, sizeof(text));
	json_t *file = n < 0 ? NULL : json_loadb(text, (size_t)n, 0, NULL);
	bool ok = is_about(file, a) &&
		  take_caps(json_object_get(file, "answers"), caps);

	json_decref(file);
	if (dir >= 0)
		close(dir);
	return ok;
}

static json_t *file_of(const struct asked *a, const struct qemu_caps *c)
{
	return json_pack(
		"{s:i,s:s,s:I,s:I,s:I,s:I,"
		"s:{s:i,s:i,s:i,s:s,s:i,s:b,s:b,s:[b,b,b]}}",
		"format", FORMAT, "path", a->path, "device",
		(json_int_t)a->st.st_dev, "inode", (json_int_t)a->st.st_ino,
		"size", (json_int_t)a->st.st_size, "changed_ns",
		(json_int_t)changed_ns(&a->st), "answers", "major", c->major,
		"minor", c->minor, "micro", c->micro, "arch", c->arch,
		"teardown", (int)c->teardown, "sandbox", (int)c->sandbox,
		"pv_guest", (int)c->pv_guest, "machines", (int)c->machine[0],
		(int)c->machine[1], (int)c->machine[2]);
}

static bool write_file(int fd, const json_t *file)
{
	bool ok = fd >= 0 && json_dumpfd(file, fd, JSON_INDENT(1)) == 0;

	return fd >= 0 && close(fd) == 0 && ok;
}

/* With the one above it: who is new has no ~/.cache either. */
static void make_dir(const char *dir)
{
	char above[DIR_SIZE];

	snprintf(above, sizeof(above), "%s", dir);
	*strrchr(above, '/') = '\0';
	if (above[0])
		mkdir(above, 0700);
	mkdir(dir, 0700);
}

/* Whatever does not work costs the next asking. */
static void store(const struct asked *a, const struct qemu_caps *caps)
{
	json_t *file = file_of(a, caps);
	char beside[64];
	int dir;

	make_dir(a->dir);
	dir = open_dir(a->dir);
	snprintf(beside, sizeof(beside), "%s.%d", a->name, (int)getpid());
	if (dir >= 0 && file) {
		int fd = openat(dir, beside,
				O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

		if (!write_file(fd, file) ||
		    renameat(dir, beside, dir, a->name) < 0)
			unlinkat(dir, beside, 0);
	}
	if (dir >= 0)
		close(dir);
	json_decref(file);
}

int probe_anew(const char *binary, const char *arch, int timeout_ms,
	       struct qemu_caps *caps, char *error)
{
	int r = probe_qemu(binary, arch, timeout_ms, caps, error);
	struct asked a;

	if (r == 0 && identify(&a, caps->path))
		store(&a, caps);
	return r;
}

int probe_cached(const char *binary, const char *arch, int timeout_ms,
		 struct qemu_caps *caps, char *error)
{
	struct asked a;
	int r;

	*caps = (struct qemu_caps){ 0 };
	r = probe_find(binary, caps->path, error);
	if (r < 0)
		return r;
	if (identify(&a, caps->path) && load(&a, caps) &&
	    strcmp(caps->arch, arch) == 0)
		return 0;
	return probe_anew(binary, arch, timeout_ms, caps, error);
}
