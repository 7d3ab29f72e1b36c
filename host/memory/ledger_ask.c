// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/ledger_ask.c - may a generation start now?
 *
 * Theory of operation: what each QEMU holds is asked for before the critical
 * section, for that takes longest; in it the lines are read in one go, and then
 * the room there is: last, see host/core/admission.h. A QEMU that came in
 * between counts as holding nothing yet, which is too careful. Whoever only
 * peeks reads the same without the section.
 *
 * All of it is put into pages that are given back at once: an answer is wanted
 * once in the life of a generation, and the shim waits for years.
 */
#include "host/memory/ledger_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct reading {
	char lines[LEDGER_SLOTS * PROMISE_LINE];
	pid_t pid[LEDGER_SLOTS];	 /* as they were before the section */
	uint64_t resident[LEDGER_SLOTS]; /* of those */
	struct claim claims[LEDGER_SLOTS];
	struct applicant waiting[LEDGER_SLOTS];
	size_t claim_count, waiting_count;
	struct domain domain[ADMISSION_DOMAINS];
};

/* Who asks, and of whom he knows better than the ledger. */
struct asker {
	const char *path;
	const struct promised *mine;
	const struct domains *domains;
	int own;     /* slot; -1: none */
	int leaving; /* slot of one who counts as if it drained; -1: none */
};

static struct reading *reading_make(void)
{
	void *r = mmap(NULL, sizeof(struct reading), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return r == MAP_FAILED ? NULL : r;
}

static void reading_end(struct reading *r)
{
	if (r)
		munmap(r, sizeof(*r));
}

/* Return: how many lines there are; -errno */
static int read_lines(int fd, struct reading *r)
{
	ssize_t n = pread(fd, r->lines, sizeof(r->lines), 0);

	return n < 0 ? -errno : (int)(n / PROMISE_LINE);
}

/* Lines of slots that nobody holds are asked for, too: that does no harm. */
static void read_residents(int fd, const struct ledger_ops *ops,
			   struct reading *r)
{
	int n = read_lines(fd, r);
	struct promised m;

	for (int i = 0; i < n; i++) {
		if (!promise_read(r->lines + i * PROMISE_LINE, &m) || !m.pid ||
		    m.state != PROMISE_LIVES)
			continue;
		r->pid[i] = m.pid;
		r->resident[i] = ops->resident(ops->ctx, m.pid);
	}
}

static void take_in(struct reading *r, const struct asker *a, int slot,
		    const struct promised *m)
{
	uint64_t holds = m->pid == r->pid[slot] ? r->resident[slot] : 0;
	struct claim c = { .domains = promise_common(a->mine, m, UINT32_MAX) };

	if (m->state == PROMISE_WAITS) {
		r->waiting[r->waiting_count++] = (struct applicant){
			promise_common(a->mine, m, m->held),
			m->priority,
			m->arrival,
			m->bytes,
		};
		return;
	}
	c.draining = m->state == PROMISE_DRAINS || slot == a->leaving;
	c.committed = m->bytes;
	c.resident = m->state == PROMISE_DRAINS ? m->bytes : holds;
	r->claims[r->claim_count++] = c;
}

/* Return: 0; -EBADMSG: one is held and cannot be read (@error); -errno */
static int read_slots(int fd, const struct asker *a, struct reading *r,
		      char *error)
{
	int n = read_lines(fd, r);
	struct promised m;

	if (n < 0)
		return ledger_failed(a->path, n, error);
	for (int i = 0; i < n; i++) {
		if (i == a->own || !ledger_is_held(fd, (unsigned int)i))
			continue;
		if (!promise_read(r->lines + i * PROMISE_LINE, &m))
			return sentence(error, -EBADMSG,
					"%s: line %d is damaged and in use: "
					"nobody knows how much memory was "
					"promised; end the appliance that "
					"holds it",
					a->path, i + 1);
		take_in(r, a, i, &m);
	}
	return 0;
}

static int decide(const struct asker *a, const struct ledger_ops *ops,
		  struct reading *r, struct decision *d, char *text,
		  char *error)
{
	const struct snapshot s = {
		r->domain,  a->domains->groups + 1, r->claims, r->claim_count,
		r->waiting, r->waiting_count,
	};
	const struct applicant who = {
		(2U << a->domains->groups) - 1,
		a->mine->priority,
		a->mine->arrival,
		a->mine->bytes,
	};
	int failed = ops->room(ops->ctx, a->domains, r->domain, error);

	if (failed < 0)
		return failed;
	*d = admission_decide(&s, &who);
	admission_sentence(&s, d, text, ADMISSION_TEXT);
	return 0;
}

/* In the section: the answer is in the ledger before anybody else can ask. */
static int note(int fd, struct promise_slot *p, uint64_t bytes,
		const struct decision *d)
{
	const struct promised was = p->mine;
	int r;

	if (d->what == ADMIT) {
		p->mine.state = PROMISE_LIVES;
		p->mine.bytes = bytes;
	}
	if (was.state == PROMISE_WAITS)
		p->mine.held = d->held;
	if (p->mine.state == was.state && p->mine.held == was.held &&
	    p->mine.bytes == was.bytes)
		return 0;
	r = ledger_write(fd, p);
	if (r < 0)
		p->mine = was;
	return r;
}

/* One that lives asks for what is more, beside itself, where we are now. */
static struct promised more(const struct promise_slot *p, uint64_t bytes)
{
	struct promised m = p->mine;

	m.bytes = bytes > m.bytes ? bytes - m.bytes : 0;
	ledger_know_groups(&m, p->domains);
	return m;
}

static int ask(struct promise_slot *p, uint64_t bytes,
	       const struct ledger_ops *ops, struct reading *r,
	       struct decision *d, char *text, char *error)
{
	const bool lives = p->mine.state == PROMISE_LIVES;
	const struct promised mine = lives ? more(p, bytes) : p->mine;
	const struct asker a = { p->path, &mine, p->domains,
				 lives ? -1 : (int)p->slot, -1 };
	int fd, failed;

	read_residents(p->fd, ops, r);
	fd = ledger_enter(p->path, error);
	if (fd < 0)
		return fd;
	failed = read_slots(fd, &a, r, error);
	if (failed == 0)
		failed = decide(&a, ops, r, d, text, error);
	if (failed == 0) {
		failed = note(fd, p, bytes, d);
		if (failed < 0)
			ledger_failed(p->path, failed, error);
	}
	close(fd);
	return failed;
}

int ledger_ask(struct promise_slot *p, const struct ledger_ops *ops,
	       struct decision *d, char *text, char *error)
{
	return ledger_grow(p, p->mine.bytes, ops, d, text, error);
}

int ledger_grow(struct promise_slot *p, uint64_t bytes,
		const struct ledger_ops *ops, struct decision *d, char *text,
		char *error)
{
	const uint64_t most = bytes > p->mine.bytes ? bytes : p->mine.bytes;
	struct reading *r = reading_make();
	int failed = r ? ask(p, most, ops, r, d, text, error)
		       : ledger_failed(p->path, -ENOMEM, error);

	reading_end(r);
	return failed;
}

/* Return: a descriptor; -ENOENT: nobody has made it yet; -errno */
static int open_to_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

static int peek(const struct asker *a, const struct ledger_ops *ops,
		struct reading *r, struct decision *d, char *text, char *error)
{
	int fd = open_to_read(a->path);
	int failed = 0;

	if (fd < 0 && fd != -ENOENT)
		return ledger_failed(a->path, fd, error);
	if (fd >= 0) {
		read_residents(fd, ops, r);
		failed = read_slots(fd, a, r, error);
		close(fd);
	}
	return failed < 0 ? failed : decide(a, ops, r, d, text, error);
}

static int peek_once(const struct asker *a, const struct ledger_ops *ops,
		     struct decision *d, char *text, char *error)
{
	struct reading *r = reading_make();
	int failed = r ? peek(a, ops, r, d, text, error)
		       : ledger_failed(a->path, -ENOMEM, error);

	reading_end(r);
	return failed;
}

int ledger_peek(const char *path, const struct application *a,
		const struct promise_slot *leaving,
		const struct ledger_ops *ops, struct decision *d, char *text,
		char *error)
{
	struct promised mine = {
		.bytes = a->need,
		.priority = a->priority,
		.arrival = UINT64_MAX,
	};
	const struct asker asker = {
		path,
		&mine,
		a->domains,
		-1,
		leaving && leaving->fd >= 0 ? (int)leaving->slot : -1,
	};

	ledger_know_groups(&mine, a->domains);
	return peek_once(&asker, ops, d, text, error);
}

int ledger_could_grow(const struct promise_slot *p, uint64_t bytes,
		      const struct ledger_ops *ops, struct decision *d,
		      char *text, char *error)
{
	const struct promised mine = more(p, bytes);
	const struct asker a = { p->path, &mine, p->domains, -1, -1 };

	return peek_once(&a, ops, d, text, error);
}

int ledger_list(const char *path,
		void (*each)(void *ctx, const struct promised *m), void *ctx)
{
	int fd = open_to_read(path);
	char line[PROMISE_LINE];
	struct promised m;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	for (unsigned int i = 0; i < LEDGER_SLOTS; i++) {
		if (pread(fd, line, sizeof(line), (off_t)i * PROMISE_LINE) !=
		    PROMISE_LINE)
			break;
		if (promise_read(line, &m) && ledger_is_held(fd, i))
			each(ctx, &m);
	}
	close(fd);
	return 0;
}
