// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/readers.c - who read the same file again and again
 *
 * A page stays with the group that read it first (docs/facts.md 11): the file's
 * must not be cached before.
 */
#include "tests/integration/readers.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/cgroup/cgroup.h"

static char block[1 << 20];

static int make_file(const struct rig *r)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/ballast", r->dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (int i = 0; i < READERS_FILE_MIB; i++)
		assert_int_equal(write(fd, block, sizeof(block)),
				 sizeof(block));
	assert_int_equal(fsync(fd), 0);
	assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	return fd;
}

static pid_t start_reader(int fd)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
	for (off_t at = 0;;
	     at = (at + (1 << 20)) % ((off_t)READERS_FILE_MIB << 20))
		if (pread(fd, block, sizeof(block), at) < 0)
			_exit(1);
}

/* Return: its cgroup.procs; -1: it has no group of its own, or one that counts
 * no pressure */
static int entrance_of(const char *name, pid_t qemu)
{
	struct cgroup_leaf leaf[CGROUP_HIERARCHIES];
	int procs = -1;

	cgroup_leaf_of("", qemu, name, leaf);
	if (leaf[0].fd >= 0 &&
	    faccessat(leaf[0].fd, "memory.pressure", W_OK, 0) == 0)
		procs = cgroup_leaf_entrance(&leaf[0]);
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		if (leaf[i].fd >= 0)
			close(leaf[i].fd);
	return procs;
}

bool readers_begin(struct readers *c, const struct rig *r,
		   const struct space *s, const char *name, pid_t qemu)
{
	int procs = entrance_of(name, qemu), file;
	char pid[16];

	if (procs < 0)
		return false;
	file = make_file(r);
	for (int i = 0; i < READERS; i++) {
		int n = snprintf(pid, sizeof(pid), "%d",
				 (int)(c->pid[i] = start_reader(file)));

		space_take(s, c->pid[i]);
		assert_int_equal(write(procs, pid, (size_t)n), n);
	}
	close(file);
	close(procs);
	return true;
}

void readers_end(struct readers *c)
{
	for (int i = 0; i < READERS; i++) {
		kill(c->pid[i], SIGKILL);
		assert_int_equal(waitpid(c->pid[i], NULL, 0), c->pid[i]);
	}
}
