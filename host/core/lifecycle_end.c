// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_end.c - how a generation, or an epoch, ends
 *
 * Theory of operation: whatever ends an epoch leads through one judgement:
 * verdict, then planner, then either the gate's reset or QEMU's end. QEMU ends
 * in steps (quit, SIGTERM, SIGKILL), each with its deadline, always QEMU alone;
 * then its helper is nudged, and only when its memory is back does the next
 * generation start.
 */
#include "host/core/lifecycle_impl.h"

#include <stddef.h>
#include <string.h>
#include <sys/wait.h>

#include "common/array.h"

enum {
	HEALTHY_MS = 1000,	 /* QMP answers at STOP, or is not healthy */
	SPACING_US = 2000000,	 /* between in-place resets of a secure guest */
	FIRMWARE_US = 2000000,	 /* a firmware's own reset follows so soon */
	FIRMWARE_RESETS = 2,	 /* at most so many of them */
	GUEST_IS_SECURE_NOT = 0, /* msg_hello.secure */
};

enum { STEP_QUIT, STEP_TERM, STEP_KILL, STEPS };

static uint32_t finish(struct lifecycle *lc)
{
	enum answer a = lc_wants_stop(lc) ? ANSWER_DONE : ANSWER_ENDED;

	lc->state = LC_ENDED;
	lc->deadline_us = 0;
	lc->last = lc->now;
	return ACT_RECORD | lc_settle(lc, lc->wish, a) | ACT_FINISH;
}

/*
 * SeaBIOS finds that it has run before and resets once more, before any code
 * of the guest: that continues the reset already granted. Bounded.
 */
static bool firmware_resets_again(const struct lifecycle *lc, uint64_t now_us)
{
	return lc->state == LC_BOOTING && lc->epoch.stage == STAGE_SILENT &&
	       lc->end == END_RESET && lc->cont_us &&
	       now_us - lc->cont_us < FIRMWARE_US &&
	       lc->firmware_resets < FIRMWARE_RESETS;
}

/* SHUTDOWN and its like come before STOP, sometimes more than one. */
uint32_t lc_on_shutdown(struct lifecycle *lc, const struct lc_event *ev,
			uint64_t now_us)
{
	if (lc->end_known)
		return 0;
	lc->end_known = true;
	lc->end = ev->end;
	lc_copy_said(lc, ev->said);
	if (firmware_resets_again(lc, now_us))
		return 0;
	lc_begin_end(lc);
	lc_mark(lc, MARK_SHUTDOWN, now_us);
	return 0;
}

static uint32_t start_reset(struct lifecycle *lc, uint64_t now_us)
{
	lc_enter(lc, LC_RESETTING, lc->cfg.reset_ms, now_us);
	return ACT_RESET;
}

uint32_t lc_on_stop(struct lifecycle *lc, const struct lc_event *ev,
		    uint64_t now_us)
{
	(void)ev;
	lc->stopped = true;
	if (!lc->end_known) {
		lc->end = END_PAUSED;
		lc->end_known = true;
	}
	if (firmware_resets_again(lc, now_us)) {
		lc->firmware_resets++;
		lc->boot--; /* the same boot, begun once more */
		return start_reset(lc, now_us);
	}
	lc_begin_end(lc);
	lc_mark(lc, MARK_STOP, now_us);
	lc_enter(lc, LC_JUDGING, HEALTHY_MS, now_us);
	return ACT_PROBE;
}

static void count_crash(struct lifecycle *lc, uint64_t now_us)
{
	lc->crashes_us[lc->crash_count++ % LC_CRASHES] = now_us;
}

/* More crashes within the window than the limit allows? */
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
	return cause_clean(lc->now.cause) ? lc->cfg.restart_clean
					  : lc->cfg.restart_crashed;
}

static bool rested(const struct lifecycle *lc, uint64_t now_us)
{
	return lc->epoch.secure == GUEST_IS_SECURE_NOT || !lc->cont_us ||
	       now_us - lc->cont_us >= SPACING_US;
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
		{ FACT_SAME_IMAGE,
		  lc->epoch.intent != INTENT_UPDATE && !lc->other_image },
		{ FACT_RESTED, rested(lc, now_us) },
		{ FACT_VM_STOPPED, alive && lc->stopped },
		{ FACT_WANT_FULL, lc->wish == WISH_FULL },
		{ FACT_WANT_IN_PLACE, lc->wish == WISH_IN_PLACE },
		{ FACT_RELAUNCH_FASTER, past_relaunch_faster(&lc->past) },
		{ FACT_WANT_STOP, lc_wants_stop(lc) },
		{ FACT_POWEROFF, powers_off(lc) },
		{ FACT_MAY_RESTART, may_restart(lc) },
		{ FACT_GAVE_UP, crashes_too_often(lc, now_us) },
		{ FACT_REFUSED, never_will(lc) },
	};
	uint32_t set = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		set |= all[i].holds ? all[i].fact : 0;
	return set;
}

static struct evidence evidence_of(const struct lifecycle *lc)
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
		.missing = lc->end == END_UNOBSERVED ? lc->missing : 0,
	};

	memcpy(e.said, lc->said, sizeof(e.said));
	return e;
}

/* Verdict and plan for what ended; the one place that asks either. */
static uint32_t decide(struct lifecycle *lc, const struct evidence *e,
		       bool healthy, bool alive, uint64_t now_us)
{
	struct plan plan;

	lc_begin_end(lc);
	lc->now.cause = verdict_cause(e);
	verdict_sentence(lc->now.cause, e, lc->now.evidence,
			 sizeof(lc->now.evidence));
	if (!cause_clean(lc->now.cause))
		count_crash(lc, now_us);
	plan = planner_choose(
		facts(lc, verdict_orderly(e), healthy, alive, now_us));
	lc->now.strategy = plan.strategy;
	lc->now.reason = plan.reason;
	lc->wish_acted = lc->wish != WISH_NONE;
	lc->wish_tries++;
	lc_mark(lc, MARK_DECIDED, now_us);
	return ACT_JUDGED;
}

/*
 * That the guest will end as asked, and QEMU answer then, is expected where
 * both answer now; before its HELLO a guest has had no time not to.
 */
uint32_t lifecycle_prospect(const struct lifecycle *lc, uint64_t now_us)
{
	bool up = lc->state == LC_LAUNCHING ||
		  (lc->qmp_ok && lc->state < LC_QUITTING);
	bool updates = lc->epoch.intent == INTENT_UPDATE;

	return FACT_MAY_RESTART | (lc->epoch.silent ? 0 : FACT_CLEAN) |
	       (up ? FACT_HEALTHY | FACT_VM_STOPPED : 0) |
	       (updates ? 0 : FACT_SAME_IMAGE) |
	       (rested(lc, now_us) ? FACT_RESTED : 0) |
	       (lc_wants_stop(lc) ? FACT_WANT_STOP : 0) |
	       (past_relaunch_faster(&lc->past) ? FACT_RELAUNCH_FASTER : 0);
}

uint32_t lc_quit(struct lifecycle *lc, uint64_t now_us)
{
	lc->exit_step = lc->qmp_ok ? STEP_QUIT : STEP_TERM;
	lc_enter(lc, LC_QUITTING, lc->cfg.exit_ms, now_us);
	return lc->qmp_ok ? ACT_QUIT : ACT_TERM;
}

uint32_t lc_judge(struct lifecycle *lc, bool healthy, uint64_t now_us)
{
	const struct evidence e = evidence_of(lc);
	uint32_t told = decide(lc, &e, healthy, true, now_us);

	if (lc->now.strategy != STRATEGY_IN_PLACE)
		return told | lc_quit(lc, now_us);
	lc->firmware_resets = 0;
	return told | start_reset(lc, now_us);
}

uint32_t lc_on_status(struct lifecycle *lc, const struct lc_event *ev,
		      uint64_t now_us)
{
	(void)ev;
	return lc_judge(lc, true, now_us);
}

/* A deadline of ours has passed, or we may not ask: end it from outside. */
uint32_t lc_force(struct lifecycle *lc, enum vm_end end, uint64_t now_us)
{
	lc_begin_end(lc);
	lc->end = end;
	lc->end_known = true;
	lc_copy_said(lc, NULL);
	return lc_judge(lc, lc->qmp_ok, now_us);
}

uint32_t lc_on_reset(struct lifecycle *lc, const struct lc_event *ev,
		     uint64_t now_us)
{
	(void)ev;
	lc_mark(lc, MARK_RESET, now_us);
	if (lc_wants_stop(lc)) { /* it came while QEMU was resetting */
		lc->now.strategy = STRATEGY_STOP;
		lc->now.reason = "the operator asked to stop";
		return lc_quit(lc, now_us);
	}
	lc_mark(lc, MARK_CONT, now_us);
	lc->cont_us = now_us;
	epoch_over(&lc->epoch);
	return lc_run_epoch(lc, now_us) | ACT_CONT;
}

/* Usually QEMU's end, which follows at once and says more. */
uint32_t lc_on_qmp_lost(struct lifecycle *lc, const struct lc_event *ev,
			uint64_t now_us)
{
	(void)ev;
	lc->qmp_ok = false;
	lc->now.strategy = STRATEGY_NONE;
	lc_enter(lc, LC_QUITTING, HEALTHY_MS, now_us);
	return 0;
}

static uint32_t relaunch_instead(struct lifecycle *lc, const char *why,
				 uint64_t now_us)
{
	lc->now.strategy = STRATEGY_DRAIN_FIRST;
	lc->now.reason = why;
	if (lc_wants_stop(lc))
		lc->now.strategy = STRATEGY_STOP;
	return lc_quit(lc, now_us);
}

uint32_t lc_on_gate_failed(struct lifecycle *lc, const struct lc_event *ev,
			   uint64_t now_us)
{
	(void)ev;
	return relaunch_instead(lc, "QEMU refused to reset", now_us);
}

uint32_t lc_give_up_reset(struct lifecycle *lc, uint64_t now_us)
{
	return relaunch_instead(lc, "QEMU's reset took too long", now_us);
}

/* Both end QEMU with status 0; only its last events tell. */
static bool told_to_end(const struct lifecycle *lc)
{
	return lc->end_known &&
	       (lc->end == END_EXIT_QUIT || lc->end == END_EXIT_SIGNAL);
}

static enum vm_end end_of_process(const struct lifecycle *lc, int status)
{
	if (status < 0)
		return told_to_end(lc) ? lc->end : END_UNOBSERVED;
	if (WIFSIGNALED(status))
		return verdict_signal(WTERMSIG(status));
	if (lc->boot == 0)
		return END_REFUSED;
	if (status == 0 && told_to_end(lc))
		return lc->end;
	return END_EXIT_ERROR;
}

uint32_t lc_drain(struct lifecycle *lc, uint64_t now_us)
{
	lc_mark(lc, MARK_EXITED, now_us);
	lc_enter(lc, LC_DRAINING, lc->cfg.drain_ms, now_us);
	return ACT_NUDGE;
}

/* QEMU ended and nobody here had asked it to. */
uint32_t lc_on_exited(struct lifecycle *lc, const struct lc_event *ev,
		      uint64_t now_us)
{
	struct evidence e;

	lc->end = end_of_process(lc, ev->wait_status);
	lc->missing = MISSING_STATUS | MISSING_EVENTS;
	lc->qmp_ok = false;
	e = evidence_of(lc);
	if (ev->wait_status >= 0)
		e.wait_status = ev->wait_status;
	e.oom = ev->oom;
	e.helper_first = ev->helper_first;
	return decide(lc, &e, false, false, now_us) | lc_drain(lc, now_us);
}

/* QEMU ended in LC_QUITTING: as asked, or we were about to find out why. */
uint32_t lc_on_reaped(struct lifecycle *lc, const struct lc_event *ev,
		      uint64_t now_us)
{
	if (lc->now.strategy == STRATEGY_NONE)
		return lc_on_exited(lc, ev, now_us);
	return lc_drain(lc, now_us);
}

uint32_t lc_escalate(struct lifecycle *lc, uint64_t now_us)
{
	static const uint32_t step_acts[STEPS] = {
		[STEP_QUIT] = ACT_QUIT,
		[STEP_TERM] = ACT_TERM,
		[STEP_KILL] = ACT_KILL,
	};

	if (lc->now.strategy == STRATEGY_NONE)
		return lc_force(lc, END_DEAF, now_us);
	if (++lc->exit_step >= STEPS)
		return lc_memory_held(lc);
	lc_enter(lc, LC_QUITTING,
		 lc->exit_step == STEP_KILL ? lc->cfg.drain_ms
					    : lc->cfg.exit_ms,
		 now_us);
	return step_acts[lc->exit_step];
}

uint32_t lc_on_memory_back(struct lifecycle *lc, const struct lc_event *ev,
			   uint64_t now_us)
{
	(void)ev;
	lc_mark(lc, MARK_MEMORY, now_us);
	if (lc->now.strategy == STRATEGY_DRAIN_FIRST)
		return lc_launch(lc, now_us);
	return finish(lc);
}

/* Starting beside memory that is not back could take the host down. */
uint32_t lc_memory_held(struct lifecycle *lc)
{
	const struct evidence e = { .end = END_MEMORY_HELD,
				    .stage = lc->epoch.stage };

	lc->now.cause = verdict_cause(&e);
	lc->now.strategy = STRATEGY_STOP;
	lc->now.reason = "the next generation might not fit beside it";
	verdict_sentence(lc->now.cause, &e, lc->now.evidence,
			 sizeof(lc->now.evidence));
	return finish(lc);
}

uint32_t lc_unobserved(struct lifecycle *lc, uint64_t now_us)
{
	struct evidence e;

	lc->end = END_UNOBSERVED;
	lc->missing = MISSING_ALL;
	e = evidence_of(lc);
	return decide(lc, &e, false, false, now_us);
}

uint32_t lc_on_launch_failed(struct lifecycle *lc, const struct lc_event *ev,
			     uint64_t now_us)
{
	struct evidence e;
	uint32_t told;

	(void)ev;
	lc->end = END_NOT_STARTED;
	e = evidence_of(lc);
	told = decide(lc, &e, false, false, now_us);

	if (lc->now.strategy == STRATEGY_DRAIN_FIRST)
		return told | lc_launch(lc, now_us);
	return told | finish(lc);
}
