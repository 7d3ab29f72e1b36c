// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/ledger.c - who was promised memory, who drains, who waits
 *
 * Theory of operation: what each QEMU holds is asked for before the critical
 * section, for that takes longest; in it the lines are read in one go, and then
 * the room of the host: last, see host/core/admission.h. A QEMU that came in
 * between counts as holding nothing yet, which is too careful. A line is
 *
 *	STATE NEED PRIORITY ARRIVAL PID
 *
 * in decimal, filled up with blanks, a newline at its end.
 */
#include "host/memory/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/clock.h"

/* Where the locks are: the section's, and behind it one for each slot. */
enum { LOCKS = 1 << 30, SECTION = -1 };
enum { SECTION_US = 10000000, PAUSE_US = 200 };

/* All slots that are held but mine, as the decision takes them. */
struct reading {
	char lines[LEDGER_SLOTS * LEDGER_LINE];
	pid_t pid[LEDGER_SLOTS];	 /* as they were before the section */
	uint64_t resident[LEDGER_SLOTS]; /* of those */
	struct claim claims[LEDGER_SLOTS];
	struct applicant waiting[LEDGER_SLOTS];
	size_t claim_count, waiting_count;
};

static struct flock lock_of(short type, int slot)
{
	return (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = LOCKS + 1 + slot,
		.l_len = 1,
	};
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
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Return: a descriptor of the ledger, in the critical section; -errno */
static int enter(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0660);
	int r;

	if (fd < 0)
		return -errno;
	r = lock_section(fd);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

/* By @fd's description: none of its own, so each that is held is another's. */
static bool is_held(int fd, unsigned int slot)
{
	struct flock l = lock_of(F_WRLCK, (int)slot);

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

static int write_line(int fd, const struct promise_slot *p)
{
	const struct promised *m = &p->mine;
	char line[LEDGER_LINE + 1];
	int n = snprintf(line, sizeof(line), "%d %" PRIu64 " %d %" PRIu64 " %d",
			 (int)m->state, m->need, m->priority, m->arrival,
			 (int)m->pid);

	memset(line + n, ' ', (size_t)(LEDGER_LINE - n));
	line[LEDGER_LINE - 1] = '\n';
	n = (int)pwrite(fd, line, LEDGER_LINE, (off_t)p->slot * LEDGER_LINE);
	if (n == LEDGER_LINE)
		return 0;
	return n < 0 ? -errno : -ENOSPC;
}

static bool read_line(char line[LEDGER_LINE], struct promised *m)
{
	int state, pid;

	line[LEDGER_LINE - 1] = '\0';
	if (sscanf(line, "%d %" SCNu64 " %d %" SCNu64 " %d", &state, &m->need,
		   &m->priority, &m->arrival, &pid) != 5 ||
	    state < PROMISE_WAITS || state > PROMISE_DRAINS || pid < 0)
		return false;
	m->state = (enum promise)state;
	m->pid = (pid_t)pid;
	return true;
}

static void take_in(struct reading *r, unsigned int slot,
		    const struct promised *m)
{
	if (m->state == PROMISE_WAITS)
		r->waiting[r->waiting_count++] =
			(struct applicant){ 1, m->priority, m->arrival,
					    m->need };
	else
		r->claims[r->claim_count++] = (struct claim){
			.domains = 1,
			.draining = m->state == PROMISE_DRAINS,
			.committed = m->need,
			.resident =
				m->pid == r->pid[slot] ? r->resident[slot] : 0,
		};
}

/* Lines of slots that nobody holds are asked for, too: that does no harm. */
static void read_residents(const struct promise_slot *p,
			   const struct ledger_ops *ops, struct reading *r)
{
	ssize_t n = pread(p->fd, r->lines, sizeof(r->lines), 0);
	struct promised m;

	for (size_t i = 0; (ssize_t)(i + 1) * LEDGER_LINE <= n; i++) {
		if (!read_line(r->lines + i * LEDGER_LINE, &m) || !m.pid)
			continue;
		r->pid[i] = m.pid;
		r->resident[i] = ops->resident(ops->ctx, m.pid);
	}
}

/* Return: 0; -EBADMSG, @slot: it is held and cannot be read; -errno */
static int read_slots(int fd, const struct promise_slot *p, struct reading *r,
		      unsigned int *slot)
{
	ssize_t n = pread(fd, r->lines, sizeof(r->lines), 0);
	struct promised m;

	if (n < 0)
		return -errno;
	for (*slot = 0; (ssize_t)(*slot + 1) * LEDGER_LINE <= n; (*slot)++) {
		if (*slot == p->slot || !is_held(fd, *slot))
			continue;
		if (!read_line(r->lines + *slot * LEDGER_LINE, &m))
			return -EBADMSG;
		take_in(r, *slot, &m);
	}
	return 0;
}

static int decide(const struct promise_slot *p, const struct ledger_ops *ops,
		  const struct reading *r, struct decision *d, char *text)
{
	struct domain host = { .name = "the host" };
	const struct snapshot s = {
		&host,		1,	    r->claims,
		r->claim_count, r->waiting, r->waiting_count,
	};
	const struct applicant a = { 1, p->mine.priority, p->mine.arrival,
				     p->mine.need };
	int failed = ops->room(ops->ctx, &host);

	if (failed < 0)
		return failed;
	*d = admission_decide(&s, &a);
	admission_sentence(&s, d, text, ADMISSION_TEXT);
	return 0;
}

int ledger_ask(struct promise_slot *p, const struct ledger_ops *ops,
	       struct decision *d, char *text, char *error)
{
	struct reading *r = calloc(1, sizeof(*r));
	unsigned int slot = 0;
	int fd = -ENOMEM, failed;

	if (r) {
		read_residents(p, ops, r);
		fd = enter(p->path);
	}
	failed = fd < 0 ? fd : read_slots(fd, p, r, &slot);
	if (failed == 0)
		failed = decide(p, ops, r, d, text);
	if (failed == 0 && d->what == ADMIT) {
		p->mine.state = PROMISE_LIVES;
		failed = write_line(fd, p);
		if (failed < 0)
			p->mine.state = PROMISE_WAITS;
	}
	if (fd >= 0)
		close(fd);
	free(r);
	if (failed == -EBADMSG)
		return sentence(error, failed,
				"%s: line %u is damaged and in use: nobody "
				"knows how much memory was promised; end the "
				"appliance that holds it",
				p->path, slot + 1);
	if (failed < 0)
		return sentence(error, failed, "%s: %s", p->path,
				strerror(-failed));
	return 0;
}

/* In the section: the first that nobody holds. */
static int take_slot(int section_fd, struct promise_slot *p)
{
	struct flock l;

	while (p->slot < LEDGER_SLOTS && is_held(section_fd, p->slot))
		p->slot++;
	if (p->slot == LEDGER_SLOTS)
		return -ENOSPC;
	p->fd = open(p->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (p->fd < 0)
		return -errno;
	l = lock_of(F_WRLCK, (int)p->slot);
	if (fcntl(p->fd, F_OFD_SETLK, &l) < 0)
		return -errno;
	p->mine.arrival = clock_us();
	return write_line(section_fd, p);
}

int ledger_join(const char *path, uint64_t need, int priority,
		struct promise_slot *p, char *error)
{
	int fd, r;

	*p = (struct promise_slot){ .fd = -1 };
	p->mine.need = need;
	p->mine.priority = priority;
	if ((size_t)snprintf(p->path, sizeof(p->path), "%s", path) >=
	    sizeof(p->path))
		return sentence(error, -ENAMETOOLONG, "%s: too long", path);
	fd = enter(path);
	r = fd < 0 ? fd : take_slot(fd, p);
	if (fd >= 0)
		close(fd);
	if (r == 0)
		return 0;
	ledger_leave(p);
	if (r == -ENOSPC)
		return sentence(error, r,
				"%s: it is full: %d generations live or wait, "
				"or its file system has no room",
				path, LEDGER_SLOTS);
	return sentence(error, r, "%s: %s", path, strerror(-r));
}

int ledger_tell(struct promise_slot *p, enum promise state, pid_t pid)
{
	int fd = enter(p->path);
	int r;

	if (fd < 0)
		return fd;
	p->mine.state = state;
	p->mine.pid = pid;
	r = write_line(fd, p);
	close(fd);
	return r;
}

void ledger_leave(struct promise_slot *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}
