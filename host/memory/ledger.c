// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/ledger.c - who was promised memory, who drains, who waits
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

#include "host/clock.h"

/* Where the locks are: the section's, and behind it one for each slot. */
enum { LOCKS = 1 << 30, SECTION = -1 };
enum { SECTION_US = 100000, PAUSE_US = 200 };
static_assert(4096 % PROMISE_LINE == 0, "no line is in two pages");

static struct flock lock_of(short type, int slot)
{
	return (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = LOCKS + 1 + slot,
		.l_len = 1,
	};
}

int ledger_failed(const char *path, int r, char *error)
{
	if (r == -EAGAIN)
		return sentence(
			error, r,
			"%s: others keep it busy, or one of them was "
			"stopped while it had it: try again, and if "
			"that does not help let a stopped reprise go on",
			path);
	if (r == -EPERM)
		return sentence(error, r,
				"%s: it cannot be given to the group of its "
				"directory: be a member of that group, or run "
				"one appliance as root before",
				path);
	if (r == -EUSERS)
		return sentence(error, r,
				"%s: it has no line left: %d generations live "
				"or wait, end one of them",
				path, LEDGER_SLOTS);
	if (r == -ENOSPC)
		return sentence(error, r,
				"%s: its file system is full, so nobody's "
				"memory can be promised: make room in it",
				path);
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
	struct flock l = lock_of(F_WRLCK, SECTION);
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

bool ledger_is_held(int fd, unsigned int slot)
{
	struct flock l = lock_of(F_WRLCK, (int)slot);

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

int ledger_write(int fd, const struct promise_slot *p)
{
	char line[PROMISE_LINE];
	ssize_t n;

	promise_write(&p->mine, line);
	n = pwrite(fd, line, sizeof(line), (off_t)p->slot * PROMISE_LINE);
	if (n == PROMISE_LINE)
		return 0;
	return n < 0 ? -errno : -ENOSPC;
}

/* In the section: a description of its own, with a lock beside any other. */
static int hold(struct promise_slot *p)
{
	struct flock l = lock_of(F_RDLCK, (int)p->slot);

	p->fd = open(p->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (p->fd < 0 || fcntl(p->fd, F_OFD_SETLK, &l) < 0)
		return -errno;
	return 0;
}

static int take_free(int section_fd, struct promise_slot *p)
{
	int r;

	while (p->slot < LEDGER_SLOTS && ledger_is_held(section_fd, p->slot))
		p->slot++;
	if (p->slot == LEDGER_SLOTS)
		return -EUSERS;
	r = hold(p);
	if (r < 0)
		return r;
	p->mine.arrival = clock_us();
	return ledger_write(section_fd, p);
}

/*
 * Is the line @m of the QEMU @want, or of a start that waits likewise? One that
 * has no pid yet is, if it is held: its shim died before it told, and nobody
 * else of that name may be there.
 */
static bool may_be(const struct promised *m, const struct promised *want,
		   bool held)
{
	if (strcmp(m->name, want->name) != 0)
		return false;
	if (!m->pid)
		return held && m->state == want->state;
	return m->pid == want->pid;
}

/* One of the same name and pid that nobody holds may be of an earlier day. */
static int take_again(int section_fd, struct promise_slot *p)
{
	const struct promised want = p->mine;
	bool found = false, sure = false, held;
	char line[PROMISE_LINE];
	struct promised m;

	for (unsigned int i = 0; i < LEDGER_SLOTS && !sure; i++) {
		if (pread(section_fd, line, sizeof(line),
			  (off_t)i * PROMISE_LINE) != PROMISE_LINE)
			break;
		held = ledger_is_held(section_fd, i);
		if (!promise_read(line, &m) || !may_be(&m, &want, held) ||
		    (found && !held))
			continue;
		found = true;
		sure = held;
		p->slot = i;
		p->mine = m;
	}
	return found ? hold(p) : -ESRCH;
}

static int take_place(int section_fd, struct promise_slot *p)
{
	struct promised now = p->mine;
	int r = take_again(section_fd, p);

	now.arrival = p->mine.arrival;
	p->mine = now;
	return r < 0 ? r : ledger_write(section_fd, p);
}

void ledger_know_groups(struct promised *m, const struct domains *d)
{
	m->groups = d->groups;
	for (uint32_t i = 0; i < d->groups; i++)
		m->group[i] = d->group[i].id;
}

/* @take finds a slot, in the section. */
static int begin(const char *path, const struct application *a,
		 struct promise_slot *p,
		 int (*take)(int section_fd, struct promise_slot *p),
		 char *error)
{
	int fd, r;

	p->fd = -1;
	p->domains = a->domains;
	snprintf(p->mine.name, sizeof(p->mine.name), "%s", a->name);
	snprintf(p->path, sizeof(p->path), "%s", path);
	fd = ledger_enter(path, error);
	if (fd < 0)
		return fd;
	r = take(fd, p);
	close(fd);
	if (r == 0)
		return 0;
	ledger_leave(p);
	return ledger_failed(path, r, error);
}

static void apply(const struct application *a, struct promise_slot *p)
{
	*p = (struct promise_slot){
		.mine = {
			.state = PROMISE_WAITS,
			.bytes = a->need,
			.priority = a->priority,
			.held = (2U << a->domains->groups) - 1,
		},
	};
	ledger_know_groups(&p->mine, a->domains);
}

int ledger_join(const char *path, const struct application *a,
		struct promise_slot *p, char *error)
{
	apply(a, p);
	return begin(path, a, p, take_free, error);
}

int ledger_rejoin(const char *path, const struct application *a,
		  struct promise_slot *p, char *error)
{
	apply(a, p);
	return begin(path, a, p, take_place, error);
}

int ledger_retake(const char *path, const struct application *a, pid_t qemu,
		  struct promise_slot *p, char *error)
{
	int r;

	*p = (struct promise_slot){
		.mine = { .state = PROMISE_LIVES, .pid = qemu },
	};
	r = begin(path, a, p, take_again, error);
	if (r == -ESRCH)
		return sentence(error, r,
				"%s: nothing was promised to QEMU %d of %s",
				path, (int)qemu, a->name);
	return r;
}

/* Return: 0: the line is @m; else it is what it was */
static int tell(struct promise_slot *p, const struct promised *m, char *error)
{
	const struct promised was = p->mine;
	int fd, r;

	if (p->fd < 0)
		return 0;
	fd = ledger_enter(p->path, error);
	if (fd < 0)
		return fd;
	p->mine = *m;
	r = ledger_write(fd, p);
	close(fd);
	if (r == 0)
		return 0;
	p->mine = was;
	return ledger_failed(p->path, r, error);
}

int ledger_lives(struct promise_slot *p, pid_t pid, char *error)
{
	struct promised m = p->mine;

	m.state = PROMISE_LIVES;
	m.pid = pid;
	return tell(p, &m, error);
}

int ledger_keeps(struct promise_slot *p, uint64_t bytes, char *error)
{
	struct promised m = p->mine;

	m.bytes = bytes;
	return tell(p, &m, error);
}

int ledger_drains(struct promise_slot *p, uint64_t bytes, char *error)
{
	struct promised m = p->mine;

	m.state = PROMISE_DRAINS;
	m.bytes = bytes;
	return tell(p, &m, error);
}

void ledger_leave(struct promise_slot *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}
