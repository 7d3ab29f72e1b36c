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
 * more: its lock is all there is of it, for a moment.
 */
enum { LOOKS = 50, LOOK_MS = 20, CMDLINE = 16384 };

static void empty(struct leftover *l)
{
	*l = (struct leftover){
		.qemu = { .process = { .pidfd = -1, .helper_pidfd = -1 },
			  .qmp_fd = -1,
			  .agent_fd = -1,
			  .serial_fd = -1 },
	};
}

/* Return: 0: found, or there is none; -EBUSY: it is there and not seen */
static int look(struct orphan *o, struct runtime *rt, const char *name,
		const struct identity_of_process *hint)
{
	char lock[PATH_MAX + 8];

	snprintf(lock, sizeof(lock), "%s/lock", rt->dir);
	for (int i = 0; i < LOOKS; i++) {
		orphan_find(o, name, lock, hint);
		if (o->qemu.pid || !rt->occupied || runtime_claim(rt) == 0)
			return 0;
		poll(NULL, 0, LOOK_MS);
	}
	return -EBUSY;
}

static int cannot_adopt(const struct orphan *o, const struct runtime *rt,
			const char *name, const char *what, int r, char *error)
{
	return sentence(error, -EBUSY,
			"%s runs as QEMU %d without a shim, and cannot be "
			"taken charge of, for %s/%s: %s; its guest is left "
			"alone: end it with `kill %d`, then run it again",
			name, (int)o->qemu.pid, rt->dir, what, strerror(-r),
			(int)o->qemu.pid);
}

static int connect_qemu(struct leftover *l, const struct orphan *o,
			const struct runtime *rt, const char *name, char *error)
{
	struct generation *g = &l->qemu;

	g->qmp_fd = runtime_connect(rt, RUNTIME_QMP);
	if (g->qmp_fd < 0)
		return cannot_adopt(o, rt, name, "qmp.sock", g->qmp_fd, error);
	g->agent_fd = runtime_connect(rt, RUNTIME_AGENT);
	if (g->agent_fd < 0)
		log_line(STDERR_FILENO, name,
			 "the guest's agent cannot be heard, for %s/agent.sock:"
			 " %s; a full restart mends that",
			 rt->dir, strerror(-g->agent_fd));
	g->serial_fd = runtime_connect(rt, RUNTIME_SERIAL);
	return 0;
}

static int take_qemu(struct leftover *l, const struct orphan *o,
		     const struct runtime *rt, const char *name,
		     const struct image *image, char *error)
{
	int r = process_adopt(&l->qemu.process, o->qemu.pid, o->qemu.start);

	if (r < 0) /* it ended meanwhile: the next look finds it gone */
		return cannot_adopt(o, rt, name, "lock", r, error);
	r = connect_qemu(l, o, rt, name, error);
	l->recorded = l->record.qemu.pid == o->qemu.pid &&
		      l->record.qemu.start == o->qemu.start;
	l->left.qemu = true;
	l->left.same_image =
		l->recorded && strcmp(l->record.id, image->id) == 0;
	return r;
}

/* One that holds the lock's file, but not the lock, for that was removed. */
static int lost_its_lock(const struct orphan *o, const struct runtime *rt,
			 const char *name, char *error)
{
	return sentence(error, -EBUSY,
			"%s runs as QEMU %d, but somebody has removed %s/lock "
			"or its directory, so nothing can reach it; its guest "
			"is left alone: end it with `kill %d`, then run it "
			"again",
			name, (int)o->qemu.pid, rt->dir, (int)o->qemu.pid);
}

static int take(struct leftover *l, const struct orphan *o,
		const struct runtime *rt, const char *name,
		const struct image *image, char *error)
{
	enum lc_state was = l->record.life.state;

	if (o->qemu.pid && !rt->occupied)
		return lost_its_lock(o, rt, name, error);
	if (o->qemu.pid)
		return take_qemu(l, o, rt, name, image, error);
	l->recorded = was != LC_DOWN && was != LC_ENDED;
	if (o->helper)
		l->left.memory =
			process_adopt_helper(&l->qemu.process, o->helper) == 0;
	return 0;
}

int leftover_find(struct leftover *l, struct runtime *rt, const char *name,
		  const struct image *image, char *error)
{
	struct orphan o;
	int r;

	empty(l);
	r = record_read(rt->dir_fd, &l->record);
	if (r < 0 && r != -ENOENT)
		log_line(STDERR_FILENO, name,
			 "%s/record cannot be used (%s): what the last shim "
			 "knew is lost",
			 rt->dir, strerror(-r));
	r = look(&o, rt, name, &l->record.qemu);
	if (r < 0)
		sentence(error, r,
			 "somebody holds %s/lock, but no QEMU of %s is to be "
			 "seen: `fuser %s/lock` names who it is",
			 rt->dir, name, rt->dir);
	else
		r = take(l, &o, rt, name, image, error);
	if (r < 0) {
		leftover_close(l);
		return r;
	}
	l->left.saved = l->recorded ? &l->record.life : NULL;
	l->any = l->left.qemu || l->left.memory || l->recorded;
	return 0;
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
	empty(l);
}
