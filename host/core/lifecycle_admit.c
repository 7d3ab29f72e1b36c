// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_admit.c - a start waits until there is memory for it
 *
 * Theory of operation: every start passes through ADMITTING. The shell asks the
 * ledger (ACT_ADMIT) and says what it answered (EV_ADMISSION): at once where
 * there is room, else again and again until there is, or until admission_ms
 * are over. The memory of the generation before counts like anybody's: where
 * the new one fits beside it nothing is waited for and the two overlap, else it
 * is drained first. So it is the ledger that chooses between these two
 * strategies; the planner only foretells. Whether the old one happens to have
 * drained by then, as a small one may, makes no difference to the name.
 *
 * What would not fit even after all that drains has drained is refused when it
 * is to start for the first time; an appliance that has run already waits like
 * any other, for giving up is what its users would notice.
 */
#include "host/core/lifecycle_impl.h"

#include <stdio.h>

#include "common/utf8.h"

enum { ASK_AGAIN_MS = 500 };

static uint32_t ask(struct lifecycle *lc, uint64_t now_us)
{
	lc_enter(lc, LC_ADMITTING, ASK_AGAIN_MS, now_us);
	return ACT_ADMIT;
}

uint32_t lc_admit(struct lifecycle *lc, uint64_t now_us)
{
	lc->admit_until_us = now_us + lc->cfg.admission_ms * 1000ULL;
	lc->admission_told = false;
	return ask(lc, now_us);
}

uint32_t lc_ask_again(struct lifecycle *lc, uint64_t now_us)
{
	return ask(lc, now_us);
}

bool lc_is_relaunch(const struct lifecycle *lc)
{
	return lc->now.strategy == STRATEGY_OVERLAP ||
	       lc->now.strategy == STRATEGY_DRAIN_FIRST;
}

static uint32_t start(struct lifecycle *lc, bool waited, uint64_t now_us)
{
	uint32_t tell = lc->admission_told ? ACT_TELL_MEMORY : 0;

	if (tell)
		lc_mark(lc, MARK_ADMITTED, now_us);
	if (lc_is_relaunch(lc))
		lc->now.strategy =
			waited ? STRATEGY_DRAIN_FIRST : STRATEGY_OVERLAP;
	return tell | lc_launch(lc, now_us);
}

static uint32_t refuse(struct lifecycle *lc, uint64_t now_us)
{
	struct evidence e = { .end = END_NO_MEMORY };

	snprintf(e.said, sizeof(e.said), "%s", lc->memory_said);
	lc->now.cause = verdict_cause(&e);
	lc->now.strategy = STRATEGY_STOP;
	lc->now.reason = "the guard of the host's memory does not admit it";
	verdict_sentence(lc->now.cause, &e, lc->now.evidence,
			 sizeof(lc->now.evidence));
	return ACT_JUDGED | lc_leave(lc, now_us);
}

/*
 * One that starts anyway waits on where its own end would find no place among
 * those that drain: nobody would see them any more. A drain has its own bound.
 */
static bool is_late(const struct lifecycle *lc, const struct lc_event *ev,
		    uint64_t now_us)
{
	bool patient = ev->full && lc->cfg.start_late;

	return now_us >= lc->admit_until_us +
				 (patient ? lc->cfg.destroy_ms * 1000ULL : 0);
}

uint32_t lc_on_admission(struct lifecycle *lc, const struct lc_event *ev,
			 uint64_t now_us)
{
	bool hopeless = ev->admission == NEVER && !lc_is_relaunch(lc);
	bool told = lc->admission_told;

	if (ev->admission == ADMIT) {
		lc->memory_said[0] = '\0';
		return start(lc, told, now_us);
	}
	snprintf(lc->memory_said, sizeof(lc->memory_said), "%s", ev->said);
	utf8_mend(lc->memory_said); /* there may be a path in it */
	lc->admission_told = true;
	if (!hopeless && !is_late(lc, ev, now_us))
		return told ? 0 : ACT_TELL_MEMORY;
	if (lc->cfg.start_late && !ev->full)
		return start(lc, !lc->memory_out, now_us);
	return refuse(lc, now_us);
}

/* No QEMU is there to be asked or ended: it is to start, or not to. */
uint32_t lc_on_wish_admitting(struct lifecycle *lc, const struct lc_event *ev,
			      uint64_t now_us)
{
	uint32_t acts;

	if (!lc_take_wish(lc, ev->wish, now_us, &acts))
		return acts;
	lc->wish_acted = true;
	if (!lc_wants_stop(lc))
		return acts;
	lc_will_stop(lc);
	if (lc->now.cause == CAUSE_NONE)
		snprintf(lc->now.evidence, sizeof(lc->now.evidence),
			 "it waited for memory and was not started");
	return acts | lc_leave(lc, now_us);
}

uint32_t lc_on_room(struct lifecycle *lc, const struct lc_event *ev,
		    uint64_t now_us)
{
	(void)ev;
	lc_mark(lc, MARK_MEMORY, now_us);
	return ask(lc, now_us);
}
