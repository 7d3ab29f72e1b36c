// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_pressure.c - one appliance: a boot beside a drain gives way
 *
 * Theory of operation: only while the lifecycle would heed it is there a
 * trigger (host/memory/pressure.h), so a shim whose guest serves is never woken
 * by it. It is that of QEMU's own cgroup where there is one: the new guest is
 * the one that takes memory, so it is the first to wait for some. Else it is
 * the host's. Where neither can be had, nobody gives way, and it is said once.
 */
#include "host/shim_impl.h"

#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/log.h"

#include "host/config/appliance.h"
#include "host/memory/pressure.h"

static void end_watch(struct shim *s)
{
	loop_remove(&s->loop, s->pressure_slot);
	if (s->pressure_fd >= 0)
		close(s->pressure_fd);
	s->pressure_fd = s->pressure_slot = -1;
}

static void on_pressure(void *ctx, uint32_t events)
{
	const struct lc_event ev = { .type = EV_PRESSURE };
	struct shim *s = ctx;

	if (events & EPOLLERR) /* the cgroup has gone, so QEMU is about to */
		end_watch(s);
	else
		shim_step(s, &ev);
}

static int open_trigger(const struct shim *s, char *error)
{
	char path[sizeof(s->leaf[0].path) + sizeof("/memory.pressure")];
	int fd = -1;

	snprintf(path, sizeof(path), "%s/memory.pressure", s->leaf[0].path);
	if (s->leaf[0].path[0])
		fd = pressure_open(path, error);
	return fd >= 0 ? fd : pressure_open(PRESSURE_HOST, error);
}

static void begin_watch(struct shim *s)
{
	char error[SENTENCE_MAX];

	s->pressure_fd = open_trigger(s, error);
	if (s->pressure_fd < 0 && !s->pressure_told)
		log_line(STDERR_FILENO, s->opt->appliance->name, "%s", error);
	s->pressure_told |= s->pressure_fd < 0;
	if (s->pressure_fd < 0)
		return;
	s->pressure_slot =
		loop_add(&s->loop, s->pressure_fd, EPOLLPRI, on_pressure, s);
	if (s->pressure_slot < 0)
		end_watch(s);
}

void shim_pressure_watch(struct shim *s)
{
	bool wanted = lifecycle_gives_way(&s->lc);

	if (!wanted)
		end_watch(s);
	else if (s->pressure_fd < 0)
		begin_watch(s);
}

void shim_pressure_close(struct shim *s)
{
	end_watch(s);
}

void shim_pressure_tell(const struct shim *s, enum lc_state before)
{
	bool paused = s->lc.state == LC_PAUSED;

	if (paused == (before == LC_PAUSED) || s->lc.state == LC_ENDED)
		return;
	log_line(STDERR_FILENO, s->opt->appliance->name,
		 paused ? "generation %u: memory is scarce: its guest waits "
			  "until that of the generations before it is back"
			: "generation %u: its guest waits no longer",
		 s->lc.generation);
}
