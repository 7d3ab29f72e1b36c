// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/ledger.c - who was promised memory, who drains, who waits
 */
#include "host/memory/ledger_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"

bool ledger_is_held(int fd, unsigned int slot)
{
	struct flock l = ledger_lock(F_WRLCK, (int)slot);

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
	struct flock l = ledger_lock(F_RDLCK, (int)p->slot);

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
