// SPDX-License-Identifier: Apache-2.0
/*
 * guest/power/proof.c - how quiet the guest really is, as its kernel says
 *
 * /proc/meminfo, /proc/self/mountinfo, /sys/block/NAME/inflight and, for the
 * processes, /proc/PID/exe: a link that a kernel thread has not.
 * That costs a third of reading /proc/PID/stat, and this is the one list here
 * that is never short. What has no memory any more but is not reaped yet has no
 * such link either; PID 1 knows those as its children.
 */
#include "guest/power/proof.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/conf.h"
#include "guest/file/file.h"
#include "guest/power/mountinfo.h"

enum { PATH_BYTES = 192 };

struct survey {
	const char *root;
	struct proof *proof;
};

static void path_under(const struct survey *s, char path[static PATH_BYTES],
		       const char *folder, const char *name, const char *file)
{
	snprintf(path, PATH_BYTES, "%s%s%s%s", s->root, folder, name, file);
}

/* After blanks. Return: 0 where there is none */
static uint32_t number_at(const char *text, const char **rest)
{
	uint64_t v = 0;

	text += strspn(text, " ");
	*rest = text;
	conf_digits(text, rest, &v);
	return (uint32_t)v;
}

static int visit_memory(void *ctx, char *line)
{
	struct survey *s = ctx;
	const char *rest;

	if (strncmp(line, "Dirty:", 6) == 0)
		s->proof->dirty_kib = number_at(line + 6, &rest);
	if (strncmp(line, "Writeback:", 10) == 0)
		s->proof->writeback_kib = number_at(line + 10, &rest);
	return 0;
}

static void read_memory(struct survey *s)
{
	char path[PATH_BYTES];

	s->proof->dirty_kib = s->proof->writeback_kib = PROOF_UNKNOWN;
	path_under(s, path, "/proc/", "meminfo", "");
	file_lines(path, visit_memory, s);
}

/* A line that we cannot read may be a mount that is written to. */
static int visit_mount(void *ctx, char *line)
{
	struct survey *s = ctx;
	struct mount_line m;

	if (mountinfo_parse(line, &m) < 0 || (m.block && m.writable))
		s->proof->rw_mounts++;
	return 0;
}

static void read_mounts(struct survey *s)
{
	char path[PATH_BYTES];

	s->proof->rw_mounts = 0;
	path_under(s, path, "/proc/self/", "mountinfo", "");
	if (file_lines(path, visit_mount, s) < 0)
		s->proof->rw_mounts = PROOF_UNKNOWN;
}

static int visit_disk(void *ctx, const char *name)
{
	struct survey *s = ctx;
	char path[PATH_BYTES], text[64];
	const char *rest;
	ssize_t n;

	path_under(s, path, "/sys/block/", name, "/inflight");
	n = file_read(path, text, sizeof(text));
	if (n == -ENOENT || n == -ENODEV)
		return 0; /* unplugged meanwhile */
	if (n <= 0)
		return -EIO;
	s->proof->inflight += number_at(text, &rest); /* reads */
	s->proof->inflight += number_at(rest, &rest); /* writes */
	return 0;
}

static int visit_nothing(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return 0;
}

static void read_disks(struct survey *s)
{
	char blocks[PATH_BYTES], classes[PATH_BYTES];
	int r;

	s->proof->inflight = 0;
	path_under(s, blocks, "/sys/", "block", "");
	path_under(s, classes, "/sys/", "class", "");
	r = dir_each(blocks, visit_disk, s);
	if (r == -ENOENT) /* no block layer in this kernel, or no /sys? */
		r = dir_each(classes, visit_nothing, NULL);
	if (r < 0)
		s->proof->inflight = PROOF_UNKNOWN;
}

/* A kernel thread executes no file. */
static int visit_process(void *ctx, const char *name)
{
	struct survey *s = ctx;
	char path[PATH_BYTES], exe[1];

	if (name[0] < '1' || name[0] > '9' || strcmp(name, "1") == 0)
		return 0;
	path_under(s, path, "/proc/", name, "/exe");
	if (readlink(path, exe, sizeof(exe)) > 0)
		s->proof->processes++;
	return 0;
}

static bool child_left(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) ==
	       0;
}

static void read_processes(struct survey *s)
{
	char path[PATH_BYTES];

	s->proof->processes = 0;
	path_under(s, path, "/proc", "", "");
	if (dir_each(path, visit_process, s) < 0)
		s->proof->processes = PROOF_UNKNOWN;
	if (s->proof->processes == 0 && child_left())
		s->proof->processes = 1;
}

void proof_read(const char *root, struct proof *p)
{
	struct survey s = { root, p };

	read_memory(&s);
	read_mounts(&s);
	read_disks(&s);
	read_processes(&s);
}
