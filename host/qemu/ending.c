// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/ending.c - end a QEMU whose shim has gone
 */
#include "host/qemu/ending.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "host/core/deadlines.h"
#include "host/memory/host.h"
#include "host/qemu/process.h"

enum { TELL_MS = 1000 };

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Return: 0: who is behind @pidfd has ended; -ETIMEDOUT */
static int await_end(struct ending *e, int pidfd, enum ending_step step,
		     uint32_t ms)
{
	uint64_t end_us = now_us() + ms * 1000ULL;
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	e->step = step;
	for (uint64_t us = now_us(); us < end_us; us = now_us()) {
		uint32_t left_ms = (uint32_t)((end_us - us + 999) / 1000);

		e->tell(e->ctx, step, left_ms);
		if (poll(&end, 1, left_ms < TELL_MS ? (int)left_ms : TELL_MS) >
		    0)
			return 0;
	}
	return -ETIMEDOUT;
}

static int end_qemu(struct ending *e, uint64_t memory)
{
	const struct {
		int sig;
		uint32_t ms;
	} steps[] = {
		[ENDING_TERM] = { SIGTERM, e->exit_ms },
		[ENDING_KILL] = { SIGKILL, destroy_ms(memory) },
	};
	struct process *p = e->process;
	int r = -ETIMEDOUT;

	for (int i = ENDING_TERM; r == -ETIMEDOUT && i <= ENDING_KILL; i++) {
		r = process_signal(p, steps[i].sig);
		if (r == 0 || r == -ESRCH) /* it has ended, unsignalled */
			r = await_end(e, p->pidfd, (enum ending_step)i,
				      steps[i].ms);
	}
	if (r < 0)
		return r;
	e->marks.at_us[MARK_EXITED] = now_us();
	process_bury(p);
	return 0;
}

static int drain(struct ending *e, uint64_t memory)
{
	struct process *p = e->process;
	int r;

	process_nudge_helper(p);
	r = await_end(e, p->helper_pidfd, ENDING_DRAIN, destroy_ms(memory));
	if (r == 0)
		process_reap_helper(p);
	return r;
}

int ending_run(struct ending *e)
{
	struct process *p = e->process;
	char root[] = "";
	bool lives = p->pidfd >= 0;
	uint64_t memory = host_resident(root, lives ? p->pid : p->helper);
	int r = 0;

	e->marks = (struct marks){ .at_us = { [MARK_ASKED] = now_us() } };
	if (lives) {
		process_find_helper(p, e->mark); /* while it is easily found */
		r = end_qemu(e, memory);
	}
	if (r == 0 && lives && p->helper_pidfd < 0)
		process_find_helper(p, e->mark);
	if (r == 0 && p->helper_pidfd >= 0)
		r = drain(e, memory);
	if (r == 0)
		e->marks.at_us[MARK_MEMORY] = now_us();
	return r;
}
