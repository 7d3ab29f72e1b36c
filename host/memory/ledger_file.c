// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/ledger_file.c - the file of the ledger, and its critical section
 *
 * Theory of operation: the file appears with its rights, in one step, where
 * the file system knows files without a name. It is never opened with O_CREAT
 * where it is there: in a sticky directory even root may then not open it
 * (fs.protected_regular).
 */
#include "host/memory/ledger_impl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/array.h"

#include "host/clock.h"

/* Where the locks are: the section's, and behind it one for each slot. */
enum { LOCKS = 1 << 30, SECTION = -1 };
enum { SECTION_US = 100000, PAUSE_US = 200 };
static_assert(4096 % PROMISE_LINE == 0, "no line is in two pages");
static_assert(LEDGER_SLOTS == 512, "as the sentence below says");

struct flock ledger_lock(short type, int slot)
{
	return (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = LOCKS + 1 + slot,
		.l_len = 1,
	};
}

static const struct {
	int r;
	const char *what; /* of the file, and what to do */
} failures[] = {
	{ -EAGAIN, "others keep it busy, or one of them was stopped while it "
		   "had it: try again, and if that does not help let a "
		   "stopped reprise go on" },
	{ -EPERM, "it cannot be given to the group of its directory: be a "
		  "member of that group, or run one appliance as root before" },
	{ -EUSERS, "it has no line left: 512 generations live or wait, end one "
		   "of them" },
	{ -ENOSPC, "its file system is full, so nobody's memory can be "
		   "promised: make room in it" },
};

int ledger_failed(const char *path, int r, char *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		if (failures[i].r == r)
			return sentence(error, r, "%s: %s", path,
					failures[i].what);
	return sentence(error, r,
			"%s: %s: see that it is a file which this user may "
			"write",
			path, strerror(-r));
}

/* As the directory: private, or its group's. */
static int share(int fd, const char *dir)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return -errno;
	if (!(st.st_mode & S_IWGRP))
		return fchmod(fd, 0600) < 0 ? -errno : 0;
	if (fchown(fd, (uid_t)-1, st.st_gid) < 0 || fchmod(fd, 0660) < 0)
		return -errno;
	return 0;
}

static int give_name(int fd, const char *path)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0
		       ? -errno
		       : 0;
}

/* Return: 0: it is there now, whoever made it; -errno */
static int make(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[LEDGER_PATH];
	bool named = false;
	int fd, r;

	snprintf(dir, sizeof(dir), "%.*s",
		 slash > path ? (int)(slash - path) : 1, path);
	fd = open(dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (fd < 0) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		named = true;
	}
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	r = share(fd, dir);
	if (r == 0 && !named)
		r = give_name(fd, path);
	if (r < 0 && named)
		unlink(path);
	close(fd);
	return r == -EEXIST ? 0 : r;
}

static int open_file(const char *path)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	int fd, r;

	if (path[0] != '/')
		return -EINVAL;
	if (strlen(path) >= LEDGER_PATH)
		return -ENAMETOOLONG;
	fd = open(path, flags);
	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? -errno : fd;
	r = make(path);
	if (r < 0)
		return r;
	fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

/*
 * Room for all of its lines, where the file system can keep some: who starts
 * later needs none. Where it has none now, an appliance that runs already can
 * do without.
 */
int ledger_make(const char *path, char *error)
{
	int fd = open_file(path);

	if (fd < 0)
		return ledger_failed(path, fd, error);
	fallocate(fd, FALLOC_FL_KEEP_SIZE, 0,
		  (off_t)LEDGER_SLOTS * PROMISE_LINE);
	close(fd);
	return 0;
}

/* A section takes a fraction of a millisecond; but its shim may be stopped. */
static int lock_section(int fd)
{
	const struct timespec pause = { .tv_nsec = PAUSE_US * 1000L };
	struct flock l = ledger_lock(F_WRLCK, SECTION);
	uint64_t end_us = clock_us() + (uint64_t)SECTION_US;

	while (fcntl(fd, F_OFD_SETLK, &l) < 0) {
		if (errno != EAGAIN && errno != EACCES)
			return -errno;
		if (clock_us() > end_us)
			return -EAGAIN;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int ledger_enter(const char *path, char *error)
{
	int fd = open_file(path);
	int r = fd < 0 ? fd : lock_section(fd);

	if (r == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return ledger_failed(path, r, error);
}
