// SPDX-License-Identifier: Apache-2.0
/*
 * host/leftover.c - what a shim that died has left, looked at before a start
 */
#include "host/leftover.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "common/log.h"
#include "common/sys.h"

#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/config/runtime.h"
#include "host/qemu/orphan.h"
#include "host/qemu/proc.h"

/*
 * Between fork and exec a QEMU has no name yet, and one that ends has none any
 * more: its lock is all there is of it, until a busy host has run it. One that
 * is seen without its lock may just be ending, which takes no time.
 */
enum { LOOKS_LOCKED = 250, LOOKS = 50, LOOK_MS = 20, CMDLINE = 16384 };

static void empty(struct leftover *l)
{
	*l = (struct leftover){
		.qemu = { .process = PROCESS_NONE,
			  .qmp_fd = -1,
			  .agent_fd = -1,
			  .serial_fd = -1 },
	};
}

static int adopt_helper(struct process *p, const struct orphan_helper *h)
{
	return process_adopt_helper(p, h->qemu, h->process.pid,
				    h->process.start);
}

/*
 * The lock is asked first: if it is free and nobody is seen then, QEMU has
 * gone, and its helper is seen if there is one. Lock and process must agree;
 * one that has ended and is ours to reap (host/handover.h) has no lock.
 * Return: 0: they do, and what was found is held by its pidfd; -EAGAIN: look
 * again; else -errno
 */
static int look_once(struct leftover *l, struct orphan *o, struct runtime *rt,
		     const char *name, const struct orphan_hint *hint)
{
	struct process *p = &l->qemu.process;
	char lock[PATH_MAX + 8];
	bool lives;
	int r = 0;

	process_close(p);
	snprintf(lock, sizeof(lock), "%s/lock", rt->dir);
	lives = rt->occupied && runtime_claim(rt) < 0;
	orphan_find(o, name, lock, hint);
	if (o->qemu.pid)
		r = process_adopt(p, o->qemu.pid, o->qemu.start);
	else if (o->last.process.pid)
		r = adopt_helper(p, &o->last);
	if (r == -ESRCH ||
	    (r == 0 && lives != (o->qemu.pid && !process_ended(p))))
		return -EAGAIN;
	return r;
}

static int look(struct leftover *l, struct orphan *o, struct runtime *rt,
		const char *name, const struct orphan_hint *hint, char *error)
{
	int r = look_once(l, o, rt, name, hint);

	for (int i = 1;
	     r == -EAGAIN && i < (rt->occupied ? LOOKS_LOCKED : LOOKS); i++) {
		poll(NULL, 0, LOOK_MS);
		r = look_once(l, o, rt, name, hint);
	}
	if (r == -EAGAIN && !rt->occupied && l->qemu.process.pidfd >= 0) {
		l->unlocked = true;
		return 0;
	}
	if (r == -EAGAIN)
		return sentence(error, -EBUSY,
				"somebody holds %s/lock, but no QEMU of %s is "
				"to be seen: `fuser %s/lock` names who it is",
				rt->dir, name, rt->dir);
	return r < 0 ? sentence(error, r,
				"%s: process %d, which an earlier shim has "
				"left: pidfd_open: %s",
				name,
				(int)(o->qemu.pid ? o->qemu.pid
						  : o->last.process.pid),
				strerror(-r))
		     : 0;
}

/* What has ended meanwhile holds nothing any more. */
static void take_drains(struct leftover *l, const struct orphan *o)
{
	for (size_t i = 0; i < o->drains; i++) {
		struct drain_left *d = &l->drain[l->drains];

		d->generation = o->drain[i].generation;
		l->drains += adopt_helper(&d->process, &o->drain[i]) == 0;
	}
	l->left.draining = l->drains != 0;
}

/* Is the record of what was found, or else of something that did run? */
static bool is_recorded(const struct leftover *l, const struct orphan *o)
{
	const struct record *r = &l->record;

	if (o->qemu.pid)
		return r->known.qemu.pid == o->qemu.pid &&
		       r->known.qemu.start == o->qemu.start;
	return r->life.state != LC_DOWN && r->life.state != LC_ENDED;
}

int leftover_look(struct leftover *l, struct runtime *rt, const char *name,
		  const struct identity_of_process *qemu, char *error)
{
	struct orphan_hint hint;
	struct orphan o;
	int r;

	empty(l);
	r = record_read(rt->dir_fd, &l->record);
	if (r < 0 && r != -ENOENT)
		log_line(STDERR_FILENO, name,
			 "%s/record cannot be used (%s): what the last shim "
			 "knew is lost",
			 rt->dir, strerror(-r));
	hint = l->record.known;
	if (!hint.qemu.pid && qemu)
		hint.qemu = *qemu;
	r = look(l, &o, rt, name, &hint, error);
	if (r < 0) {
		leftover_close(l);
		return r;
	}
	l->left.qemu = o.qemu.pid != 0;
	l->left.memory = o.last.process.pid != 0;
	take_drains(l, &o);
	l->recorded = is_recorded(l, &o);
	l->left.saved = l->recorded ? &l->record.life : NULL;
	l->any = l->left.qemu || l->left.memory || l->left.draining ||
		 l->recorded;
	return 0;
}

/* One that holds the lock's file, but not the lock, for that was removed. */
static int lost_its_lock(const struct leftover *l, const struct runtime *rt,
			 const char *name, char *error)
{
	return sentence(error, -EBUSY,
			"%s runs as QEMU %d, but somebody has removed %s/lock "
			"or its directory, so nothing can reach it; its guest "
			"is left alone: end it with `reprise release %s`, then "
			"run it again",
			name, (int)l->qemu.process.pid, rt->dir, name);
}

static int connect_qemu(struct leftover *l, const struct runtime *rt,
			const char *name, char *error)
{
	struct generation *g = &l->qemu;

	g->qmp_fd = runtime_connect(rt, RUNTIME_QMP);
	if (g->qmp_fd < 0)
		return sentence(error, -EBUSY,
				"%s runs as QEMU %d without a shim, and cannot "
				"be taken charge of, for %s/qmp.sock: %s; its "
				"guest is left alone: end it with `reprise "
				"release %s`, then run it again",
				name, (int)g->process.pid, rt->dir,
				strerror(-g->qmp_fd), name);
	g->agent_fd = runtime_connect(rt, RUNTIME_AGENT);
	if (g->agent_fd < 0)
		log_line(STDERR_FILENO, name,
			 "the guest's agent cannot be heard, for %s/agent.sock:"
			 " %s; a full restart mends that",
			 rt->dir, strerror(-g->agent_fd));
	g->serial_fd = runtime_connect(rt, RUNTIME_SERIAL);
	return 0;
}

bool leftover_lives(const struct leftover *l)
{
	return l->left.qemu && !process_ended(&l->qemu.process);
}

int leftover_find(struct leftover *l, struct runtime *rt, const char *name,
		  const struct identity_of_process *qemu,
		  const struct image *image, char *error)
{
	bool again;
	int r;

	do {
		r = leftover_look(l, rt, name, qemu, error);
		if (r == 0 && l->unlocked)
			r = lost_its_lock(l, rt, name, error);
		else if (r == 0 && leftover_lives(l))
			r = connect_qemu(l, rt, name, error);
		again = r < 0 && process_ended(&l->qemu.process);
		if (r < 0)
			leftover_close(l);
	} while (again); /* nobody can have started another meanwhile */
	if (r == 0)
		l->left.same_image = l->left.qemu && l->recorded &&
				     strcmp(l->record.id, image->id) == 0;
	return r;
}

/* hostfwd=tcp:ADDRESS:PORT-:GUEST among the options of -netdev. */
static uint16_t port_of(const char *netdev, const struct forward *f)
{
	char wanted[64];
	size_t n = (size_t)snprintf(wanted, sizeof(wanted),
				    ",hostfwd=tcp:%s:", f->address);

	for (const char *at = netdev; (at = strstr(at, wanted)); at += n) {
		unsigned int port, guest;

		if (sscanf(at + n, "%u-:%u", &port, &guest) == 2 &&
		    guest == f->guest)
			return (uint16_t)port;
	}
	return 0;
}

void leftover_ports(const struct leftover *l, struct appliance *a)
{
	static char cmdline[CMDLINE];
	ssize_t n = proc_read(l->qemu.process.pid, "cmdline", cmdline,
			      sizeof(cmdline));
	const char *netdev =
		n > 0 ? proc_argument(cmdline, (size_t)n, "-netdev", 0) : NULL;

	for (uint32_t i = 0; netdev && i < a->forwards; i++)
		if (!a->forward[i].port)
			a->forward[i].port = port_of(netdev, &a->forward[i]);
}

void leftover_close(struct leftover *l)
{
	int *const fds[] = { &l->qemu.qmp_fd, &l->qemu.agent_fd,
			     &l->qemu.serial_fd };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	process_close(&l->qemu.process);
	for (size_t i = 0; i < l->drains; i++)
		process_close(&l->drain[i].process);
	empty(l);
}
