// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_teardown.c - one appliance: generations that drain
 *
 * Theory of operation: a generation that has ended becomes a teardown
 * (host/teardown.h) and is followed until its helper has ended, by then beside
 * the next one. The end is an event of the helper's pidfd; a timer that runs
 * only while something drains looks at how far it has come, and sees an end
 * that the loop had no room to watch. When the last one is over the lifecycle
 * hears that the memory is back. There is room for each: with SHIM_TEARDOWNS of
 * them no start is made, whatever is wanted (lc_event.full).
 */
#include "host/shim_impl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/core/wait_status.h"
#include "host/link/control.h"
#include "host/report.h"

enum { WORTH_TELLING_US = 1000000 };

static void arm(struct shim *s, bool on)
{
	const struct timespec every = {
		.tv_nsec = on ? TEARDOWN_SAMPLE_MS * 1000000L : 0,
	};
	const struct itimerspec t = { .it_interval = every, .it_value = every };

	timerfd_settime(s->drain_timer_fd, 0, &t, NULL);
}

static void tell(struct shim *s, const struct teardown *t,
		 enum report_kind kind)
{
	struct report r;

	if (!control_has_readers(s->control))
		return;
	r = shim_report(s);
	r.teardown = t;
	control_event(s->control, report_event(&r, kind));
}

/* It is followed no more. */
static void drop(struct shim *s, size_t i)
{
	loop_remove(&s->loop, s->teardown[i].slot);
	teardown_end(&s->teardown[i]);
	s->teardowns--;
	for (; i < s->teardowns; i++)
		s->teardown[i] = s->teardown[i + 1];
}

/* What took its time, and what should not have been. */
static void say_back(const struct shim *s, const struct teardown *t,
		     uint64_t took_us)
{
	char by[WAIT_STATUS_TEXT] = "nobody knows how", more[80] = "";

	if (t->process.helper_status >= 0)
		wait_status_text(t->process.helper_status, by);
	if (t->way == TEARDOWN_DEFEATED)
		snprintf(more, sizeof(more),
			 "; defeated: its helper had ended before QEMU (%s)",
			 by);
	if (more[0] || took_us > WORTH_TELLING_US)
		log_line(STDERR_FILENO, s->opt->appliance->name,
			 "generation %u: its memory is back after %llu ms%s",
			 t->generation, (unsigned long long)took_us / 1000,
			 more);
}

static void finish(struct shim *s, size_t i)
{
	struct teardown *t = &s->teardown[i];
	uint64_t now_us = clock_us();

	teardown_back(t, now_us);
	shim_show_wait(s, false);
	say_back(s, t, now_us - t->began_us);
	tell(s, t, REPORT_DRAINED);
	drop(s, i);
	arm(s, s->teardowns);
}

static bool ended(const struct teardown *t)
{
	struct pollfd p = { .fd = t->process.helper_pidfd, .events = POLLIN };

	return teardown_over(t) || poll(&p, 1, 0) > 0;
}

/* Those that are over. Return: true: they were the last */
static bool reap(struct shim *s)
{
	size_t before = s->teardowns;

	for (size_t i = s->teardowns; i-- > 0;)
		if (ended(&s->teardown[i]))
			finish(s, i);
	return before && !s->teardowns;
}

static void on_helper_end(void *ctx, uint32_t events)
{
	const struct lc_event back = { .type = EV_MEMORY_BACK };

	(void)events;
	if (reap(ctx))
		shim_step(ctx, &back);
	else
		shim_keep(ctx);
}

static void on_timer(void *ctx, uint32_t events)
{
	struct shim *s = ctx;
	uint64_t ticks, now_us = clock_us();

	if (read(s->drain_timer_fd, &ticks, sizeof(ticks)) < 0)
		return;
	for (size_t i = 0; i < s->teardowns; i++) {
		teardown_sample(&s->teardown[i], now_us);
		tell(s, &s->teardown[i], REPORT_DRAINING);
	}
	shim_show_wait(s, true);
	on_helper_end(s, events);
}

int shim_teardown_open(struct shim *s)
{
	s->drain_timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (s->drain_timer_fd < 0)
		return -errno;
	return loop_add(&s->loop, s->drain_timer_fd, EPOLLIN, on_timer, s);
}

/* What was of the generation is now of its teardown. */
static void take_remains(struct shim *s, struct teardown *t)
{
	*t = (struct teardown){ .generation = s->lc.generation,
				.process = s->process,
				.promise = s->promise,
				.gauge = s->gauge };
	memcpy(t->leaf, s->leaf, sizeof(t->leaf));
	s->process = PROCESS_NONE;
	s->promise.fd = -1;
	s->gauge.kind = GAUGE_CLOSED;
	shim_no_leaf(s);
}

static void follow(struct shim *s, struct teardown *t)
{
	tell(s, t, REPORT_DRAINING);
	if (!teardown_over(t))
		t->slot = loop_add(&s->loop, t->process.helper_pidfd, EPOLLIN,
				   on_helper_end, s);
	arm(s, true);
}

void shim_teardown(struct shim *s)
{
	struct teardown *t = &s->teardown[s->teardowns++];

	shim_watch_helper(s);
	loop_remove(&s->loop, s->helper_slot);
	s->helper_slot = -1;
	take_remains(s, t);
	teardown_begin(t, s->helper_first, clock_us());
	follow(s, t);
	if (reap(s))
		shim_later_type(s, EV_MEMORY_BACK);
}

/* vm-NAME-GENERATION. Return: 0: it has none that would say */
static uint32_t generation_of(const struct cgroup_leaf *leaf)
{
	const char *dash = strrchr(leaf->path, '-');

	return dash ? (uint32_t)strtoul(dash + 1, NULL, 10) : 0;
}

void shim_teardown_adopt(struct shim *s, struct process *p, uint32_t generation)
{
	struct teardown *t = &s->teardown[s->teardowns++];

	*t = (struct teardown){ .process = *p, .promise = { .fd = -1 } };
	*p = PROCESS_NONE;
	cgroup_leaf_of("", t->process.helper, s->opt->appliance->name, t->leaf);
	t->generation = generation;
	if (!t->generation)
		t->generation = generation_of(&t->leaf[0]);
	if (!t->generation)
		t->generation = generation_of(&t->leaf[1]);
	gauge_open(&t->gauge, &t->leaf[0], &t->leaf[1], t->process.helper, "");
	shim_retake_drain(s, t->process.pid, &t->promise);
	teardown_begin(t, false, clock_us());
	follow(s, t);
}

void shim_teardown_close(struct shim *s)
{
	while (s->teardowns) {
		struct teardown *t = &s->teardown[--s->teardowns];

		loop_remove(&s->loop, t->slot);
		teardown_end(t);
	}
	if (s->drain_timer_fd >= 0)
		close(s->drain_timer_fd);
	s->drain_timer_fd = -1;
}
