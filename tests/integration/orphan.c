// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/orphan.c - a shim that dies, and the guest that does not
 */
#include "tests/integration/orphan.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"

void orphan_run(struct both *b)
{
	rig_run(&b->rig, rig_image(b->arch, "guest"), "guest");
}

struct guest orphan_note(struct rig *r)
{
	struct guest g = { .qemu = (pid_t)rig_number(r, "pid") };

	snprintf(g.epoch, sizeof(g.epoch), "%s", rig_word(r, "epoch"));
	g.up_us = rig_number(r, "uptime_us");
	g.noted_us = (int64_t)clock_us();
	return g;
}

void orphan_crash(struct rig *r)
{
	child_close(&r->shim); /* SIGKILL, unless it has ended */
	r->shim.ended = true;
	close(r->ready);
	r->ready = -1;
	r->ready_seen = 0;
}

void orphan_assert_same(struct rig *r, const struct guest *g)
{
	assert_int_equal(rig_number(r, "pid"), g->qemu);
	assert_string_equal(rig_word(r, "epoch"), g->epoch);
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_int_equal(rig_number(r, "boot"), 1);
}

void orphan_assert_up(struct rig *r, const struct guest *g)
{
	int64_t since_us = (int64_t)clock_us() - g->noted_us;

	assert_true(rig_number(r, "uptime_us") - g->up_us >= since_us);
}

/* What a killed shim has left, its launcher perhaps, ends when it is run. */
void orphan_nothing_left(struct rig *r)
{
	int64_t end_ms = child_deadline();

	while (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 && child_left(end_ms))
		poll(NULL, 0, 10);
	rig_assert_nothing_left(r);
}

void orphan_stop(struct rig *r)
{
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

void orphan_await_state(struct rig *r, const char *state)
{
	int64_t end_ms = child_deadline();

	while (strcmp(rig_word(r, "state"), state) != 0) {
		if (child_left(end_ms) == 0)
			rig_fail(r, state);
		poll(NULL, 0, 10);
	}
}
