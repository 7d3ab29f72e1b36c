// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_judge.c - what ended, and what follows
 *
 * Theory of operation: what was seen becomes evidence, the evidence a cause;
 * the cause, the wish and the policy become facts, and the facts a strategy.
 * This is the one place that asks verdict and planner.
 *
 * Two counts bound the restarts. Failures within crash_window_ms: more than
 * crash_limit of them and it gives up. Failures in a row, which a boot that
 * served for as long as that window ends: the first one begins again at once,
 * the second after backoff_ms, each further one after twice as long.
 */
#include "host/core/lifecycle_impl.h"

#include <string.h>

#include "common/array.h"

static void count_failure(struct lifecycle *lc, uint64_t now_us)
{
	uint64_t window_us = lc->cfg.crash_window_ms * 1000ULL;

	lc->crashes_us[lc->crash_count++ % LC_CRASHES] = now_us;
	if (lc->served_us && now_us - lc->served_us >= window_us)
		lc->failures = 0;
	lc->failures++;
}

static bool crashes_too_often(const struct lifecycle *lc, uint64_t now_us)
{
	uint64_t window_us = lc->cfg.crash_window_ms * 1000ULL;
	uint32_t kept =
		lc->crash_count < LC_CRASHES ? lc->crash_count : LC_CRASHES;
	uint32_t recent = 0;

	for (uint32_t i = 0; i < kept; i++)
		recent += now_us - lc->crashes_us[i] < window_us;
	return recent > lc->cfg.crash_limit;
}

uint32_t lc_backoff_ms(const struct lifecycle *lc)
{
	uint32_t ms = lc->cfg.backoff_ms;

	if (lc->wish != WISH_NONE || lc->failures < 2 ||
	    cause_clean(lc->now.cause))
		return 0;
	for (uint32_t i = 2; i < lc->failures && ms < lc->cfg.backoff_max_ms;
	     i++)
		ms *= 2;
	return ms < lc->cfg.backoff_max_ms ? ms : lc->cfg.backoff_max_ms;
}

/* What the guest wants, unless it wants it because it failed. */
static bool powers_off(const struct lifecycle *lc)
{
	return lc->epoch.intent == INTENT_POWEROFF &&
	       !lc->cfg.restart_poweroff && !cause_of_guest(lc->now.cause);
}

/* None has ever spoken, and this one could not. */
static bool never_will(const struct lifecycle *lc)
{
	return !lc->ever_up && (lc->now.cause == CAUSE_QEMU_REFUSED ||
				lc->now.cause == CAUSE_QEMU_NOT_STARTED ||
				lc->now.cause == CAUSE_QEMU_CRASHED);
}

static bool may_restart(const struct lifecycle *lc)
{
	if (lc->wish != WISH_NONE)
		return !lc_wants_stop(lc);
	if (cause_clean(lc->now.cause))
		return lc->cfg.restart_clean;
	if (lc->now.cause == CAUSE_GUEST_PANIC &&
	    lc->cfg.on_panic == ON_PANIC_STOP)
		return false;
	return lc->cfg.restart_crashed;
}

static bool same_image(const struct lifecycle *lc)
{
	return lc->epoch.intent != INTENT_UPDATE && !lc->other_image &&
	       !lc_strange_image(lc);
}

static uint32_t facts(const struct lifecycle *lc, bool orderly, bool healthy,
		      bool alive, uint64_t now_us)
{
	const struct {
		uint32_t fact;
		bool holds;
	} all[] = {
		{ FACT_CLEAN, orderly },
		{ FACT_HEALTHY, healthy },
		{ FACT_SAME_IMAGE, same_image(lc) },
		{ FACT_RESTED, cleanup_rested(&lc->cleanup, now_us) },
		{ FACT_VM_STOPPED, alive && lc->stopped },
		{ FACT_FITS_TWICE, lc->fits_twice },
		{ FACT_CRAMPED, lc->cramped },
		{ FACT_WANT_FULL, lc->wish == WISH_FULL },
		{ FACT_WANT_IN_PLACE, lc->wish == WISH_IN_PLACE },
		{ FACT_RELAUNCH_FASTER,
		  past_relaunch_faster(&lc->past, lc->fits_twice) },
		{ FACT_WANT_STOP, lc_wants_stop(lc) },
		{ FACT_POWEROFF, powers_off(lc) },
		{ FACT_MAY_RESTART, may_restart(lc) },
		{ FACT_GAVE_UP, crashes_too_often(lc, now_us) },
		{ FACT_REFUSED, never_will(lc) },
		{ FACT_WAITS, lc_backoff_ms(lc) != 0 },
	};
	uint32_t set = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		set |= all[i].holds ? all[i].fact : 0;
	return set;
}

struct evidence lc_evidence(const struct lifecycle *lc)
{
	struct evidence e = {
		.end = lc->end,
		.stage = lc->epoch.stage,
		.secure_wanted = lc->cfg.secure_wanted,
		.intent = lc->epoch.intent,
		.icause = lc->epoch.icause,
		.detail = lc->epoch.detail,
		.boot_stage = lc->epoch.boot_stage,
		.proof = lc->epoch.proof,
		.pv = lc->pv,
		.missing = lc->end == END_UNOBSERVED ? lc->missing : 0,
	};

	memcpy(e.said, lc->said, sizeof(e.said));
	return e;
}

static void judge(struct lifecycle *lc, const struct evidence *e,
		  uint64_t now_us)
{
	lc_begin_end(lc);
	lc->now.cause = verdict_cause(e);
	verdict_sentence(lc->now.cause, e, lc->now.evidence,
			 sizeof(lc->now.evidence));
	if (!cause_clean(lc->now.cause))
		count_failure(lc, now_us);
	lc->wish_tries++;
}

static void plan(struct lifecycle *lc, uint32_t set, uint64_t now_us)
{
	const struct plan p = planner_choose(set);

	lc->now.strategy = p.strategy;
	lc->now.reason = p.reason;
	lc->now.failed = p.strategy == STRATEGY_STOP &&
			 !(set & FACT_WANT_STOP) && set & FACT_GAVE_UP;
	lc->wish_acted = lc->wish != WISH_NONE;
	lc_mark(lc, MARK_DECIDED, now_us);
}

/* In place, if only the last reset were through. */
static bool is_too_soon(uint32_t set)
{
	return !(set & FACT_RESTED) &&
	       planner_choose(set | FACT_RESTED).strategy == STRATEGY_IN_PLACE;
}

uint32_t lc_decide(struct lifecycle *lc, const struct evidence *e, bool healthy,
		   bool alive, uint64_t now_us)
{
	uint32_t set;

	judge(lc, e, now_us);
	set = facts(lc, verdict_orderly(e), healthy, alive, now_us);
	if (is_too_soon(set))
		return lc_hold(lc, now_us);
	plan(lc, set, now_us);
	return ACT_JUDGED;
}

/* It was orderly, and QEMU healthy, or there were nothing to hold back. */
uint32_t lc_decide_held(struct lifecycle *lc, uint64_t now_us)
{
	uint32_t set = facts(lc, true, true, true, now_us);

	if (is_too_soon(set) && now_us < lc->deadline_us)
		return 0;
	plan(lc, set, now_us);
	return ACT_JUDGED;
}

/* Kept for whoever wants to look at it, unless somebody waits for a restart. */
static bool keeps(const struct lifecycle *lc, const struct evidence *e)
{
	return lc->cfg.on_panic == ON_PANIC_PAUSE && lc->wish == WISH_NONE &&
	       lc->stopped && verdict_cause(e) == CAUSE_GUEST_PANIC;
}

bool lc_keep(struct lifecycle *lc, const struct evidence *e, uint64_t now_us)
{
	if (!keeps(lc, e))
		return false;
	judge(lc, e, now_us);
	lc->now.strategy = STRATEGY_NONE;
	lc->now.reason = "it is kept for inspection: reboot or stop ends it";
	lc_enter(lc, LC_PANICKED, 0, now_us);
	return true;
}

/* The cause is known already; only now somebody says what is to follow. */
void lc_release(struct lifecycle *lc, uint64_t now_us)
{
	plan(lc, facts(lc, false, lc->qmp_ok, false, now_us), now_us);
}

/* Tried on a copy. */
bool lifecycle_will_relaunch(const struct lifecycle *lc,
			     const struct lc_event *ev, uint64_t now_us)
{
	struct lifecycle tried = *lc;

	lifecycle_step(&tried, ev, now_us);
	return tried.now.strategy == STRATEGY_OVERLAP ||
	       tried.now.strategy == STRATEGY_DRAIN_FIRST;
}

bool lifecycle_will_reset(const struct lifecycle *lc, const struct lc_event *ev,
			  uint64_t now_us)
{
	struct lifecycle tried = *lc;

	lifecycle_step(&tried, ev, now_us);
	return tried.state == LC_RESETTING || tried.state == LC_HOLDING;
}

/*
 * That the guest will end as asked, and QEMU answer then, is expected where
 * both answer now; before its HELLO a guest has had no time not to. One that
 * panicked has ended already. A reset that comes too soon is held back.
 */
uint32_t lifecycle_prospect(const struct lifecycle *lc)
{
	bool up = lc->state == LC_LAUNCHING || lc->state == LC_PAUSED ||
		  (lc->qmp_ok && lc->state < LC_QUITTING);

	return FACT_MAY_RESTART | FACT_RESTED |
	       (lc->epoch.silent || lc->state == LC_PANICKED ? 0 : FACT_CLEAN) |
	       (up ? FACT_HEALTHY | FACT_VM_STOPPED : 0) |
	       (same_image(lc) ? FACT_SAME_IMAGE : 0) |
	       (lc_wants_stop(lc) ? FACT_WANT_STOP : 0) |
	       (lc->fits_twice ? FACT_FITS_TWICE : 0) |
	       (lc->cramped ? FACT_CRAMPED : 0) |
	       (past_relaunch_faster(&lc->past, lc->fits_twice)
			? FACT_RELAUNCH_FASTER
			: 0);
}
