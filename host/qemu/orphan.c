// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/orphan.c - the QEMU, or what is left of it, of a shim that died
 */
#include "host/qemu/orphan.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/qemu/proc.h"

enum { CMDLINE = 16384 };

struct search {
	const char *name, *lock;
	const struct identity_of_process *hint;
	struct orphan *found;
};

/* -name NAME,debug-threads=on */
static bool names_appliance(const char *cmdline, size_t len, const char *name)
{
	const char *value = proc_argument(cmdline, len, "-name", 0);
	size_t n = strlen(name);

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

/* A helper whose QEMU lives is not what is left of one. */
static void look_at_helper(const struct search *s, pid_t pid, pid_t qemu,
			   bool named)
{
	uint64_t start = proc_start(pid);
	bool hinted = qemu == s->hint->pid && start >= s->hint->start;

	bool home = proc_parent(pid) == getpid();

	if (start && !proc_start(qemu) && (named || hinted || home) &&
	    s->found->drains < ORPHAN_DRAINS)
		s->found->drain[s->found->drains++] =
			(struct drain_of_orphan){ qemu, pid };
}

static bool is_ours(const struct search *s, pid_t pid, uint64_t start,
		    bool named, bool ending)
{
	bool hinted = pid == s->hint->pid && start == s->hint->start;

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
	return s->found->qemu.pid && proc_parent(pid) == s->found->qemu.pid;
}

static bool look_at(void *ctx, pid_t pid)
{
	static char cmdline[CMDLINE];
	const struct search *s = ctx;
	ssize_t len = proc_read(pid, "cmdline", cmdline, sizeof(cmdline));
	bool named = len > 0 && names_appliance(cmdline, (size_t)len, s->name);
	pid_t qemu;

	if (len < 0 || pid == getpid() || (len > 0 && !named))
		return false;
	qemu = helper_of(pid);
	if (qemu) {
		look_at_helper(s, pid, qemu, named);
	} else if (named || pid == s->hint->pid) {
		uint64_t start = proc_start(pid);

		if (start && is_ours(s, pid, start, named, len == 0) &&
		    !is_helper_to_be(s, pid))
			s->found->qemu =
				(struct identity_of_process){ pid, start };
	}
	return false;
}

/* Where no QEMU lives, one of those that drain was the last. */
static void choose_helper(struct orphan *o, pid_t last)
{
	size_t i = 0;

	if (o->qemu.pid || !o->drains)
		return;
	while (i < o->drains && o->drain[i].qemu != last)
		i++;
	if (i == o->drains)
		i = 0;
	o->helper = o->drain[i].helper;
	o->drain[i] = o->drain[--o->drains];
}

void orphan_find(struct orphan *o, const char *name, const char *lock,
		 const struct identity_of_process *hint)
{
	struct search s = {
		.name = name, .lock = lock, .hint = hint, .found = o
	};

	*o = (struct orphan){ .helper = 0 };
	proc_each(look_at, &s);
	choose_helper(o, hint->pid);
}
