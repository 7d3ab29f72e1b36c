// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/turns.c - wait for something, with a deadline
 */
#include "tests/bench/turns.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void on_timer(void *ctx, uint32_t events)
{
	struct turns *t = ctx;
	uint64_t ticks;

	(void)events;
	if (read(t->timer_fd, &ticks, sizeof(ticks)) > 0)
		t->late = true;
	turns_wake(t);
}

/* Not read: it is to end whatever is waited for next, too. */
static void on_signal(void *ctx, uint32_t events)
{
	struct turns *t = ctx;

	(void)events;
	t->interrupted = true;
	turns_wake(t);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int turns_open(struct turns *t)
{
	int r;

	*t = (struct turns){ .timer_fd = -1, .signal_fd = -1 };
	r = loop_init(&t->loop);
	if (r < 0)
		return r;
	t->signal_fd = open_signals();
	t->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (t->signal_fd < 0 || t->timer_fd < 0)
		return -errno;
	r = loop_add(&t->loop, t->signal_fd, EPOLLIN, on_signal, t);
	if (r >= 0)
		r = loop_add(&t->loop, t->timer_fd, EPOLLIN, on_timer, t);
	return r < 0 ? r : 0;
}

void turns_close(struct turns *t)
{
	close(t->timer_fd);
	close(t->signal_fd);
	loop_close(&t->loop);
}

int turns_until(struct turns *t, const uint64_t *moment, int ms)
{
	const struct itimerspec due = {
		.it_value = { .tv_sec = ms / 1000,
			      .tv_nsec = ms % 1000 * 1000000L },
	};
	int r = 0;

	t->late = t->failed = false;
	timerfd_settime(t->timer_fd, 0, &due, NULL);
	while (r == 0 && !*moment && !t->late && !t->failed && !t->interrupted)
		r = loop_run(&t->loop);
	if (r < 0 || *moment)
		return r;
	if (t->interrupted)
		return -EINTR;
	return t->failed ? -ECONNRESET : -ETIMEDOUT;
}

void turns_wake(struct turns *t)
{
	loop_stop(&t->loop);
}

void turns_fail(struct turns *t)
{
	t->failed = true;
	turns_wake(t);
}

uint64_t turns_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}
