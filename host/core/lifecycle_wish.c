// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_wish.c - what an operator asks for
 *
 * Theory of operation: a wish becomes a REQUEST as soon as there is an agent
 * to hear it, however early it was made. One wish is pending at most, and each
 * call that made one gets one answer: at once if the wish cannot be taken,
 * else when it is settled. A guest that has not said HELLO until it should
 * have been ready is none of ours; its machine's button is pressed then, and
 * only then: ours would not hear it, and on s390x it stops a guest whose PID 1
 * is not up yet (docs/facts.md 10.4).
 */
#include "host/core/lifecycle_impl.h"

static void mark_asked(struct lifecycle *lc, uint64_t now_us)
{
	lc_begin_end(lc);
	if (!lc->now.marks.at_us[MARK_ASKED])
		lc_mark(lc, MARK_ASKED, now_us);
}

/* Ask the guest for what the operator wants, if it can hear it already. */
uint32_t lc_pursue(struct lifecycle *lc, uint64_t now_us)
{
	if (lc->wish == WISH_NONE || lc->wish_acted ||
	    lc->epoch.stage == STAGE_SILENT)
		return 0;
	lc->asked_intent = lc_wants_stop(lc) ? INTENT_POWEROFF : INTENT_REBOOT;
	mark_asked(lc, now_us);
	lc_enter(lc, LC_ASKING, lc->cfg.ask_ms, now_us);
	return ACT_REQUEST;
}

/* Half of a grace is for a HELLO, and half for the button. */
static uint64_t grace_us(const struct lifecycle *lc)
{
	uint64_t us = (lc->cfg.grace_ms + QUIESCE_MARGIN_MS) * 1000ULL;

	return lc->insist && lc->epoch.stage == STAGE_SILENT ? us / 2 : us;
}

/* The host goes down and waits for us: not longer than for one grace. */
void lc_hurry(struct lifecycle *lc, uint64_t now_us)
{
	uint64_t last_us = now_us + grace_us(lc);

	if (!lc->deadline_us || lc->deadline_us > last_us)
		lc->deadline_us = last_us;
}

uint32_t lc_not_up_in_time(struct lifecycle *lc, uint64_t now_us)
{
	if (lc->state == LC_BOOTING && lc->epoch.stage == STAGE_SILENT &&
	    lc->wish != WISH_NONE) {
		mark_asked(lc, now_us);
		lc_enter(lc, LC_POWERING, (uint32_t)(grace_us(lc) / 1000),
			 now_us);
		return ACT_POWERDOWN;
	}
	return lc_force(lc, lc->insist ? END_HOST_SHUTDOWN : END_BOOT_TIMEOUT,
			now_us);
}

bool lc_take_wish(struct lifecycle *lc, enum wish w, uint64_t now_us,
		  uint32_t *acts)
{
	*acts = 0;
	if (w == WISH_SHUTDOWN)
		lc->insist = true;
	if (w == WISH_SHUTDOWN || w == WISH_STOP_NOW)
		w = WISH_STOP;
	if (lc->wish == w)
		return false; /* both calls get the same answer */
	if (w == WISH_STOP && lc->wish != WISH_NONE) {
		lc->superseded = lc->wish;
		lc->wish_acted = false;
		*acts = ACT_SUPERSEDED;
	} else if (lc->wish != WISH_NONE) {
		*acts = lc_settle(lc, w, ANSWER_BUSY);
		return false;
	}
	lc->wish = w;
	lc->wish_us = now_us;
	lc->wish_tries = 0;
	return true;
}

/*
 * Who does not want to wait, or has waited and says it again. Return: false:
 * nobody; else the end is on its way
 */
static bool hastens(struct lifecycle *lc, enum wish w, uint64_t now_us,
		    uint32_t *acts)
{
	bool again = w == WISH_SHUTDOWN && lc->insist;

	if (!again && w != WISH_STOP_NOW)
		return false;
	lc_take_wish(lc, w, now_us, acts);
	*acts |= lc_force(lc, again ? END_HOST_SHUTDOWN : END_OPERATOR, now_us);
	return true;
}

/* There is no agent to ask yet: keep it. */
uint32_t lc_on_wish_early(struct lifecycle *lc, const struct lc_event *ev,
			  uint64_t now_us)
{
	uint32_t acts;

	if (lc->state != LC_DOWN && lc->state != LC_JUDGING &&
	    hastens(lc, ev->wish, now_us, &acts))
		return acts;
	lc_take_wish(lc, ev->wish, now_us, &acts);
	return acts;
}

uint32_t lc_on_wish(struct lifecycle *lc, const struct lc_event *ev,
		    uint64_t now_us)
{
	bool taken;
	uint32_t acts;

	if (hastens(lc, ev->wish, now_us, &acts))
		return acts;
	taken = lc_take_wish(lc, ev->wish, now_us, &acts);
	if (taken && (lc->state == LC_BOOTING || lc->state == LC_SERVING)) {
		mark_asked(lc, now_us);
		acts |= lc_pursue(lc, now_us);
	}
	if (lc->insist)
		lc_hurry(lc, now_us);
	return acts;
}

/* The old epoch is over: the start that follows is the reboot asked for. */
uint32_t lc_on_wish_late(struct lifecycle *lc, const struct lc_event *ev,
			 uint64_t now_us)
{
	bool resets = lc->state == LC_RESETTING;
	uint32_t acts;

	if (ev->wish == WISH_FULL && resets)
		return lc_settle(lc, WISH_FULL, ANSWER_BUSY);
	if (lc_take_wish(lc, ev->wish, now_us, &acts))
		lc->wish_acted = true;
	if (ev->wish == WISH_STOP_NOW && resets) {
		lc_will_stop(lc);
		return acts | lc_quit(lc, now_us);
	}
	if (lc_wants_stop(lc) && !resets && lc->now.strategy != STRATEGY_NONE)
		lc_will_stop(lc);
	return lc->state == LC_DRAINING ? acts | lc_gone(lc) : acts;
}
