// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_pressure.c - a guest that boots gives way
 *
 * Theory of operation: a generation was admitted beside one that drains, and
 * the host is short of memory all the same (EV_PRESSURE). Nobody who serves is
 * to pay for that, so it is the newest that waits: its first cont is held back
 * (no `boot` yet), or its guest is paused, until the memory of those that have
 * ended is back; destroy_ms at most, and once. Its boot deadline stands still
 * meanwhile. In-place resets need no second memory and are left alone.
 *
 * Our `stop` makes QEMU say STOP, like the end of an epoch does. It is ours
 * unless SHUTDOWN came before it; what comes after it is an end that will say
 * no STOP of its own, for the VM is stopped already (docs/facts.md 11). So
 * nobody says cont until ours has come: whatever the guest had said before, it
 * has said by then.
 */
#include "host/core/lifecycle_impl.h"

bool lifecycle_gives_way(const struct lifecycle *lc)
{
	bool boots = lc->state == LC_LAUNCHING ||
		     (lc->state == LC_BOOTING && lc->boot <= 1);

	return boots && lc->memory_out && !lc->gave_way && !lc->end_known &&
	       !lc_wants_stop(lc);
}

bool lc_must_pause(const struct lifecycle *lc)
{
	return lc->gave_way && lc->memory_out && !lc_wants_stop(lc);
}

static void mark(struct lifecycle *lc, enum mark m, uint64_t now_us)
{
	if (!lc->ending)
		lc_mark(lc, m, now_us);
}

uint32_t lc_pause(struct lifecycle *lc, uint64_t now_us)
{
	uint64_t until_us = lc->deadline_us;

	lc->boot_left_us = until_us > now_us ? until_us - now_us : 1;
	mark(lc, MARK_PAUSED, now_us);
	lc_enter(lc, LC_PAUSED, lc->cfg.destroy_ms, now_us);
	return 0;
}

/* What is left of its boot nobody knows any more. */
uint32_t lc_pause_on(struct lifecycle *lc, uint64_t now_us)
{
	if (!lc->now.marks.at_us[MARK_PAUSED])
		mark(lc, MARK_PAUSED, now_us);
	lc->boot_left_us = lc->cfg.boot_ms * 1000ULL;
	lc_enter(lc, LC_PAUSED, lc->cfg.destroy_ms, now_us);
	return 0;
}

uint32_t lc_on_pressure(struct lifecycle *lc, const struct lc_event *ev,
			uint64_t now_us)
{
	(void)ev;
	if (!lifecycle_gives_way(lc))
		return 0;
	lc->gave_way = true;
	if (lc->state == LC_LAUNCHING) /* until EV_UP */
		return 0;
	lc->held = true;
	return ACT_PAUSE | lc_pause(lc, now_us);
}

/* It is to run. Return: ACT_CONT, or 0: our STOP has to come first */
static uint32_t let_go(struct lifecycle *lc)
{
	if (!lc->stopped)
		return 0;
	lc->held = lc->stopped = false;
	return ACT_CONT;
}

uint32_t lc_on_own_stop(struct lifecycle *lc)
{
	lc->stopped = true;
	return lc->state == LC_PAUSED ? 0 : let_go(lc);
}

uint32_t lc_continue(struct lifecycle *lc, uint64_t now_us)
{
	mark(lc, MARK_CONTINUED, now_us);
	if (!lc->held)
		return lc_run_first(lc, now_us);
	lc->state = LC_BOOTING;
	lc->deadline_us = now_us + lc->boot_left_us;
	return let_go(lc) | lc_pursue(lc, now_us);
}

uint32_t lc_on_relief(struct lifecycle *lc, const struct lc_event *ev,
		      uint64_t now_us)
{
	(void)ev;
	return lc_continue(lc, now_us);
}

/*
 * What it said before it was paused: a boot that goes on may wait, but one that
 * serves, or has begun to end, is no boot any more.
 */
uint32_t lc_on_agent_paused(struct lifecycle *lc, const struct lc_event *ev,
			    uint64_t now_us)
{
	const uint64_t until_us = lc->deadline_us;
	uint32_t acts;

	if (!lc->held) /* it has never run */
		return 0;
	lc->state = LC_BOOTING;
	acts = lc_on_agent(lc, ev, now_us);
	if (lc->state == LC_BOOTING) {
		lc->state = LC_PAUSED;
		lc->deadline_us = until_us;
		return acts;
	}
	return lc->state < LC_JUDGING ? acts | let_go(lc) : acts;
}

uint32_t lc_on_shutdown_paused(struct lifecycle *lc, const struct lc_event *ev,
			       uint64_t now_us)
{
	const struct lc_event stop = { .type = EV_STOP };
	uint32_t acts = lc_on_shutdown(lc, ev, now_us);

	return lc->stopped ? acts | lc_on_stop(lc, &stop, now_us) : acts;
}

/* It cannot hear anybody, and has served nobody: a stop need not ask it. */
uint32_t lc_on_wish_paused(struct lifecycle *lc, const struct lc_event *ev,
			   uint64_t now_us)
{
	uint32_t acts = lc_on_wish_early(lc, ev, now_us);

	if (lc->state != LC_PAUSED || !lc_wants_stop(lc))
		return acts;
	return acts |
	       lc_force(lc, lc->insist ? END_HOST_SHUTDOWN : END_OPERATOR,
			now_us);
}
