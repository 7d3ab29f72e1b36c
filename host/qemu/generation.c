// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/generation.c - one QEMU of the appliance, started and connected
 */
#include "host/qemu/generation.h"

#include <string.h>
#include <unistd.h>

#include "common/array.h"

#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/launch/launcher.h"
#include "host/net/tap.h"
#include "host/qemu/argv.h"
#include "host/qemu/disks.h"
#include "host/qemu/lockmark.h"

/* What QEMU listens on, and our end of each. */
static const enum runtime_socket lines[] = {
	RUNTIME_QMP,
	RUNTIME_AGENT,
	RUNTIME_SERIAL,
};

enum { LINES = ARRAY_SIZE(lines), FDS = 10 };

struct sockets {
	int listening[LINES];
	int connected[LINES];
};

static void close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static int open_sockets(struct sockets *s, const struct runtime *rt,
			char *error)
{
	for (size_t i = 0; i < LINES; i++) {
		s->listening[i] = runtime_listen(rt, lines[i], error);
		if (s->listening[i] < 0)
			return s->listening[i];
		s->connected[i] = runtime_connect(rt, lines[i]);
		if (s->connected[i] < 0)
			return sentence(
				error, s->connected[i],
				"%s: cannot connect to QEMU's socket: %s",
				rt->dir, strerror(-s->connected[i]));
	}
	return 0;
}

/* Move those that are open to the front. Return: how many */
static size_t those_open(int *fds, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			fds[n++] = fds[i];
	return n;
}

/* Start it with these, all of them open. */
static int spawn_with(struct process *p, const struct qemu_fds *fds,
		      const struct birth *b)
{
	int keep[FDS + APPLIANCE_DISKS] = { fds->qmp,	 fds->agent,
					    fds->serial, fds->qmp_log,
					    fds->kernel, fds->initrd,
					    fds->tap,	 fds->vhost,
					    b->promise,	 b->runtime->lock_fd };
	struct argv argv;
	struct spawn what = {
		.argv = argv.v,
		.keep = keep,
		.output = b->runtime->qemu_log,
		.cgroup = b->cgroup,
		.memory_group = b->memory_group,
		.with_score = true,
	};
	int r = argv_build(b->appliance, b->image, b->caps, fds, &argv);

	memcpy(keep + FDS, fds->disk, sizeof(fds->disk));
	what.keep_count = those_open(keep, ARRAY_SIZE(keep));
	return r < 0 ? r : process_spawn(p, b->launcher, &what);
}

static int spawn(struct process *p, const struct sockets *s,
		 const struct birth *b, char *error)
{
	const struct appliance *a = b->appliance;
	char mark[LOCKMARK_SIZE];
	struct qemu_fds fds = {
		.mark = mark,
		.qmp = s->listening[0],
		.agent = s->listening[1],
		.serial = s->listening[2],
		.qmp_log = b->runtime->qmp_log,
		.kernel = b->image->kernel_fd,
		.initrd = b->image->initrd_fd,
		.tap = b->tap,
		.vhost = tap_vhost(a),
	};
	int r = disks_open(a, fds.disk, error);

	lockmark_make(b->runtime->lock_fd, mark);
	if (r == 0) {
		r = spawn_with(p, &fds, b);
		if (r < 0)
			sentence(error, r, "%s: cannot start %s: %s", a->name,
				 a->qemu, strerror(-r));
	}
	disks_close(fds.disk);
	if (fds.vhost >= 0)
		close(fds.vhost);
	return r;
}

int generation_start(struct generation *g, const struct birth *b, char *error)
{
	struct sockets s;
	int r;

	memset(&s, -1, sizeof(s)); /* no descriptor is open */
	r = open_sockets(&s, b->runtime, error);
	if (r == 0)
		r = spawn(&g->process, &s, b, error);
	close_all(s.listening, LINES);
	if (r < 0) {
		close_all(s.connected, LINES);
		return r;
	}
	g->qmp_fd = s.connected[0];
	g->agent_fd = s.connected[1];
	g->serial_fd = s.connected[2];
	return 0;
}
