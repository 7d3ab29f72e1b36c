// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/orphan.c - the QEMU, or what is left of it, of a shim that died
 */
#include "host/qemu/orphan.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/qemu/lockmark.h"
#include "host/qemu/proc.h"

enum { CMDLINE = 16384 };

struct search {
	const char *name, *lock;
	char mark[LOCKMARK_SIZE];
	const struct orphan_hint *hint;
	struct identity_of_process qemu;
	size_t helpers;
	struct orphan_helper helper[ORPHAN_HELPERS];
};

static char cmdline[CMDLINE]; /* of whom names_appliance() was asked last */

/* -name NAME,debug-threads=on. @len: of its command line; -errno */
static bool names_appliance(pid_t pid, const char *name, ssize_t *len)
{
	const char *value;
	size_t n = strlen(name);

	*len = proc_read(pid, "cmdline", cmdline, sizeof(cmdline));
	value = *len > 0 ? proc_argument(cmdline, (size_t)*len, "-name", 0)
			 : NULL;
	return value && strncmp(value, name, n) == 0 &&
	       (!value[n] || value[n] == ',');
}

/* cleanup/<pid>. Return: that pid; 0: it is no helper */
static pid_t helper_of(pid_t pid)
{
	char comm[32];
	int qemu;

	if (proc_read(pid, "comm", comm, sizeof(comm)) <= 0 ||
	    sscanf(comm, "cleanup/%d", &qemu) != 1)
		return 0;
	return (pid_t)qemu;
}

/*
 * Who got its pid later began after its helper. In a container a helper bears
 * the pid that its QEMU has there; but it is below it for as long as it lives.
 */
static bool qemu_lives(const struct search *s, pid_t qemu,
		       const struct identity_of_process *helper)
{
	uint64_t start = proc_start(qemu);
	ssize_t len;

	return (start && start <= helper->start) ||
	       names_appliance(proc_parent(helper->pid), s->name, &len);
}

/* Return: what the record says of it; NULL: nothing */
static const struct orphan_helper *recorded(const struct orphan_hint *hint,
					    const struct identity_of_process *p)
{
	for (size_t i = 0; i < ORPHAN_HELPERS; i++)
		if (hint->helper[i].process.pid == p->pid &&
		    hint->helper[i].process.start == p->start)
			return &hint->helper[i];
	return NULL;
}

/* A helper whose QEMU lives is not what is left of one. */
static void look_at_helper(struct search *s, pid_t pid, pid_t qemu, bool marked)
{
	const struct identity_of_process self = { pid, proc_start(pid) };
	const struct orphan_helper *known = recorded(s->hint, &self);
	bool hinted =
		qemu == s->hint->qemu.pid && self.start >= s->hint->qemu.start;
	bool home = proc_parent(pid) == getpid();

	if (!self.start || qemu_lives(s, qemu, &self) ||
	    s->helpers == ORPHAN_HELPERS)
		return;
	if (known)
		s->helper[s->helpers++] = *known;
	else if (marked || hinted || home)
		s->helper[s->helpers++] =
			(struct orphan_helper){ self, qemu, 0 };
}

static bool is_ours(const struct search *s, pid_t pid, uint64_t start,
		    bool named, bool ending)
{
	bool hinted = pid == s->hint->qemu.pid && start == s->hint->qemu.start;

	if (ending)
		return hinted;
	if (!named)
		return false;
	switch (proc_holds(pid, s->lock)) {
	case PROC_HOLDS:
		return true;
	case PROC_HOLDS_UNKNOWN:
		return hinted;
	case PROC_HOLDS_NOT:
		break;
	}
	return false;
}

/* Between its birth and its name a helper looks like its QEMU. */
static bool is_helper_to_be(const struct search *s, pid_t pid)
{
	return s->qemu.pid && proc_parent(pid) == s->qemu.pid;
}

static bool look_at(void *ctx, pid_t pid)
{
	struct search *s = ctx;
	ssize_t len;
	bool named = names_appliance(pid, s->name, &len);
	pid_t qemu;

	if (len < 0 || pid == getpid() || (len > 0 && !named))
		return false;
	qemu = helper_of(pid);
	if (qemu) {
		look_at_helper(
			s, pid, qemu,
			named && lockmark_in(cmdline, (size_t)len, s->mark));
	} else if (named || pid == s->hint->qemu.pid) {
		uint64_t start = proc_start(pid);

		if (start && is_ours(s, pid, start, named, len == 0) &&
		    !is_helper_to_be(s, pid))
			s->qemu = (struct identity_of_process){ pid, start };
	}
	return false;
}

/* Where no QEMU lives, is it that of the last one? */
static bool is_last(const struct search *s, const struct orphan_helper *h)
{
	return !s->qemu.pid &&
	       (!s->hint->qemu.pid || h->qemu == s->hint->qemu.pid);
}

static void sort_helpers(const struct search *s, struct orphan *o)
{
	for (size_t i = 0; i < s->helpers; i++) {
		const struct orphan_helper *h = &s->helper[i];

		if (!o->last.process.pid && is_last(s, h))
			o->last = *h;
		else if (o->drains < ORPHAN_DRAINS)
			o->drain[o->drains++] = *h;
	}
}

void orphan_find(struct orphan *o, const char *name, const char *lock,
		 const struct orphan_hint *hint)
{
	struct search s = { .name = name, .lock = lock, .hint = hint };
	int lock_fd = open(lock, O_PATH | O_CLOEXEC);

	lockmark_make(lock_fd, s.mark);
	if (lock_fd >= 0)
		close(lock_fd);
	proc_each(look_at, &s);
	*o = (struct orphan){ .qemu = s.qemu };
	sort_helpers(&s, o);
}
