/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/turns.h - wait for something, with a deadline
 *
 * Theory of operation: the shim's own loop (host/loop) with a timer and the
 * signals that end a program in it. A measurement hangs its descriptors into
 * @loop; their handlers note what happened and call turns_wake(); and the
 * measurement waits until what it waits for has been noted.
 */
#ifndef TESTS_BENCH_TURNS_H
#define TESTS_BENCH_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/loop.h"

struct turns {
	struct loop loop;
	int timer_fd;
	int signal_fd;
	bool late;
	bool failed;
	bool interrupted; /* once and for all */
};

/* turns_open() - blocks SIGINT, SIGTERM and SIGHUP. Return: 0; else -errno */
int turns_open(struct turns *t);

void turns_close(struct turns *t);

/*
 * turns_until() - deliver events until *@moment is not 0
 * Return: 0; -ETIMEDOUT: not within @ms; -ECONNRESET: turns_fail(); -EINTR: a
 *	signal wants us to end
 */
int turns_until(struct turns *t, const uint64_t *moment, int ms);

/* turns_wake() - a handler noted something */
void turns_wake(struct turns *t);

/* turns_fail() - a handler noted that what is waited for will not come */
void turns_fail(struct turns *t);

/* turns_now() - CLOCK_MONOTONIC in microseconds, as the shim's marks are */
uint64_t turns_now(void);

#endif
