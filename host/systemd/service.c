// SPDX-License-Identifier: Apache-2.0
/*
 * host/systemd/service.c - an appliance as a service of Type=notify
 */
#include "host/systemd/service.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host/core/lifecycle.h"
#include "host/loop.h"

static bool is_stopping(const struct lifecycle *lc)
{
	return lc->wish == WISH_STOP || lc->wish == WISH_STOP_NOW ||
	       lc->state == LC_ENDED ||
	       (lc->ending && lc->now.strategy == STRATEGY_STOP);
}

static void write_status(const struct lifecycle *lc,
			 char status[static SERVICE_STATUS])
{
	bool restarted = lc->last.strategy != STRATEGY_NONE;

	snprintf(status, SERVICE_STATUS,
		 "%s; generation %" PRIu32 ", boot %" PRIu32 "%s%s",
		 lc_state_name(lc->state), lc->generation, lc->boot,
		 restarted ? "; before that: " : "",
		 restarted ? cause_name(lc->last.cause) : "");
}

__attribute__((format(printf, 2, 3))) static void
add(char text[static SERVICE_WORDS], const char *fmt, ...)
{
	size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, SERVICE_WORDS - n, fmt, ap);
	va_end(ap);
}

bool service_words(const struct lifecycle *lc, uint64_t now_us,
		   struct service_told *told, char text[static SERVICE_WORDS])
{
	const struct service_told before = *told;
	bool timed;

	text[0] = '\0';
	told->ready |= lc->state == LC_SERVING;
	told->stopping |= is_stopping(lc);
	write_status(lc, told->status);
	timed = lc->deadline_us > now_us && (!told->ready || told->stopping);
	if (told->ready != before.ready)
		add(text, "READY=1\n");
	if (told->stopping != before.stopping)
		add(text, "STOPPING=1\n");
	if (timed && lc->deadline_us != before.deadline_us) {
		told->deadline_us = lc->deadline_us;
		add(text, "EXTEND_TIMEOUT_USEC=%" PRIu64 "\n",
		    lc->deadline_us - now_us + NOTIFY_MARGIN_US);
	}
	if (strcmp(told->status, before.status) != 0)
		add(text, "STATUS=%s\n", told->status);
	return text[0];
}

static void on_watchdog(void *ctx, uint32_t events)
{
	struct service *s = ctx;
	uint64_t ticks;

	(void)events;
	if (read(s->timer_fd, &ticks, sizeof(ticks)) > 0)
		notify_send(s->notify, "WATCHDOG=1");
}

/* Twice in a period, as sd_watchdog_enabled(3) advises. */
static int start_watchdog(struct service *s, uint64_t period_us)
{
	uint64_t half_us = period_us / 2 ? period_us / 2 : 1;
	const struct timespec half = {
		.tv_sec = (time_t)(half_us / 1000000),
		.tv_nsec = (long)(half_us % 1000000) * 1000,
	};
	const struct itimerspec t = { .it_interval = half, .it_value = half };

	s->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (s->timer_fd < 0 || timerfd_settime(s->timer_fd, 0, &t, NULL) < 0)
		return -errno;
	s->slot = loop_add(s->loop, s->timer_fd, EPOLLIN, on_watchdog, s);
	return s->slot < 0 ? s->slot : 0;
}

int service_open(struct service *s, const struct notify *notify,
		 struct loop *loop)
{
	*s = (struct service){
		.notify = notify, .loop = loop, .timer_fd = -1, .slot = -1
	};
	return notify->watchdog_us ? start_watchdog(s, notify->watchdog_us) : 0;
}

void service_tell(struct service *s, const struct lifecycle *lc,
		  uint64_t now_us)
{
	struct service_told told = s->told;
	char text[SERVICE_WORDS];

	if (s->notify->fd >= 0 && service_words(lc, now_us, &told, text) &&
	    notify_send(s->notify, text) == 0)
		s->told = told;
}

void service_close(struct service *s)
{
	if (s->timer_fd < 0)
		return;
	loop_remove(s->loop, s->slot);
	close(s->timer_fd);
	s->timer_fd = -1;
	s->slot = -1;
}
