// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_end.c - how a generation, or an epoch, ends
 *
 * Theory of operation: whatever ends an epoch leads through one judgement
 * (lifecycle_judge.c), then either the gate's reset or QEMU's end. QEMU ends
 * in steps (quit, SIGTERM, SIGKILL), each with its deadline, always QEMU alone;
 * then its teardown is followed until its memory is back. The next generation
 * need not wait for that, but for the ledger (lifecycle_admit.c); an appliance
 * that is to end does wait for it.
 */
#include "host/core/lifecycle_impl.h"

#include <stddef.h>
#include <sys/wait.h>

enum {
	FIRMWARE_US = 2000000, /* a firmware's own reset follows so soon */
	FIRMWARE_RESETS = 2,   /* at most so many of them */
};

enum { STEP_QUIT, STEP_TERM, STEP_KILL, STEPS };

/* -> ENDED */
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
	if (lc->state == LC_POWERING && ev->end == END_SHUTDOWN)
		lc->end = END_POWERED_DOWN;
	lc_copy_said(lc, ev->said);
	if (firmware_resets_again(lc, now_us))
		return 0;
	lc_begin_end(lc);
	lc_mark(lc, MARK_SHUTDOWN, now_us);
	return 0;
}

static uint32_t start_reset(struct lifecycle *lc, uint64_t now_us)
{
	return ACT_RESET | lc_be_patient(lc, LC_RESETTING, now_us);
}

uint32_t lc_on_stop(struct lifecycle *lc, const struct lc_event *ev,
		    uint64_t now_us)
{
	(void)ev;
	if (lc->held && !lc->end_known)
		return lc_on_own_stop(lc);
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
	lc_enter(lc, LC_JUDGING, lc->cfg.exit_ms, now_us);
	return ACT_PROBE;
}

uint32_t lc_quit(struct lifecycle *lc, uint64_t now_us)
{
	lc->exit_step = lc->qmp_ok ? STEP_QUIT : STEP_TERM;
	return (lc->qmp_ok ? ACT_QUIT : ACT_TERM) |
	       lc_be_patient(lc, LC_QUITTING, now_us);
}

void lc_will_stop(struct lifecycle *lc)
{
	lc->now.strategy = STRATEGY_STOP;
	lc->now.reason = "the operator asked to stop";
}

uint32_t lc_do_decided(struct lifecycle *lc, uint64_t now_us)
{
	if (lc->now.strategy != STRATEGY_IN_PLACE)
		return lc_quit(lc, now_us);
	lc->firmware_resets = 0;
	return start_reset(lc, now_us);
}

uint32_t lc_judge(struct lifecycle *lc, bool healthy, uint64_t now_us)
{
	const struct evidence e = lc_evidence(lc);
	uint32_t told;

	if (lc_keep(lc, &e, now_us))
		return ACT_JUDGED;
	told = lc_decide(lc, &e, healthy, true, now_us);
	return told ? told | lc_do_decided(lc, now_us) : 0;
}

uint32_t lc_on_status(struct lifecycle *lc, const struct lc_event *ev,
		      uint64_t now_us)
{
	(void)ev;
	return lc_judge(lc, true, now_us);
}

static uint32_t force(struct lifecycle *lc, enum vm_end end, const char *said,
		      uint64_t now_us)
{
	lc_begin_end(lc);
	lc->end = end;
	lc->end_known = true;
	lc_copy_said(lc, said);
	return lc_judge(lc, lc->qmp_ok, now_us);
}

/* A deadline of ours has passed, or we may not ask: end it from outside. */
uint32_t lc_force(struct lifecycle *lc, enum vm_end end, uint64_t now_us)
{
	return force(lc, end, NULL, now_us);
}

/* Has it destroyed what was secure, and how? */
static uint32_t begin_cleanup(struct lifecycle *lc, uint64_t now_us)
{
	const bool refused = lc->pv.any && lc->pv.command == PV_PREPARE;

	if (!lc_is_secure(lc)) {
		cleanup_none(&lc->cleanup);
		return 0;
	}
	cleanup_begin(&lc->cleanup, lc->cfg.reset_waits,
		      refused ? lc->pv.error : 0, now_us);
	return lc->cleanup.kind == CLEANUP_SYNC ? ACT_TELL_RESET : ACT_LOOK;
}

uint32_t lc_on_reset(struct lifecycle *lc, const struct lc_event *ev,
		     uint64_t now_us)
{
	uint32_t acts = begin_cleanup(lc, now_us);

	(void)ev;
	lc_mark(lc, MARK_RESET, now_us);
	if (lc_wants_stop(lc)) { /* it came while QEMU was resetting */
		lc_will_stop(lc);
		return acts | lc_quit(lc, now_us);
	}
	lc_mark(lc, MARK_CONT, now_us);
	lc->cont_us = now_us;
	epoch_over(&lc->epoch);
	return acts | lc_run_epoch(lc, now_us) | ACT_CONT;
}

/* Usually QEMU's end, which follows at once and says more. */
uint32_t lc_on_qmp_lost(struct lifecycle *lc, const struct lc_event *ev,
			uint64_t now_us)
{
	(void)ev;
	lc->qmp_ok = false;
	lc->now.strategy = STRATEGY_NONE;
	lc_enter(lc, LC_QUITTING, lc->cfg.exit_ms, now_us);
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

uint32_t lc_on_reset_refused(struct lifecycle *lc, const struct lc_event *ev,
			     uint64_t now_us)
{
	(void)ev;
	return relaunch_instead(lc, "QEMU refused to reset", now_us);
}

uint32_t lc_on_status_refused(struct lifecycle *lc, const struct lc_event *ev,
			      uint64_t now_us)
{
	(void)ev;
	return lc_judge(lc, false, now_us);
}

/* It speaks, but the guest could end past the gate, or does not even run. */
uint32_t lc_on_qmp_refused(struct lifecycle *lc, const struct lc_event *ev,
			   uint64_t now_us)
{
	(void)ev;
	return force(lc, END_DEAF, "it refused what the gate needs", now_us);
}

/* Both end QEMU with status 0; only its last events tell. */
static bool told_to_end(const struct lifecycle *lc)
{
	return lc->end_known &&
	       (lc->end == END_EXIT_QUIT || lc->end == END_EXIT_SIGNAL);
}

/* The epoch was over and judged already, and then somebody ends QEMU. */
uint32_t lc_on_told_to_end(struct lifecycle *lc, const struct lc_event *ev,
			   uint64_t now_us)
{
	(void)now_us;
	if (ev->end == END_EXIT_QUIT || ev->end == END_EXIT_SIGNAL)
		lc->end = ev->end;
	return 0;
}

static enum vm_end end_of_process(const struct lifecycle *lc, int status)
{
	if (status < 0)
		return told_to_end(lc) ? lc->end : END_UNOBSERVED;
	if (WIFSIGNALED(status)) {
		enum vm_end end = verdict_signal(WTERMSIG(status));

		/* QEMU 7.2 may crash while it ends (docs/facts.md 11) */
		return end == END_CRASHED && told_to_end(lc) ? lc->end : end;
	}
	if (lc->boot == 0)
		return END_REFUSED;
	if (status == 0 && told_to_end(lc))
		return lc->end;
	return END_EXIT_ERROR;
}

/* Who asked for a stop has it, unless it is the memory that he waits for. */
uint32_t lc_gone(struct lifecycle *lc)
{
	if (!lc_wants_stop(lc))
		return 0;
	lc->last = lc->now;
	return ACT_GONE;
}

uint32_t lc_leave(struct lifecycle *lc, uint64_t now_us)
{
	if (!lc->memory_out)
		return finish(lc);
	lc_enter(lc, LC_DRAINING, lc->cfg.destroy_ms, now_us);
	return lc_gone(lc);
}

uint32_t lc_drain(struct lifecycle *lc, uint64_t now_us)
{
	lc_mark(lc, MARK_EXITED, now_us);
	cleanup_none(&lc->cleanup);
	lc->memory_out = true;
	if (lc->now.strategy == STRATEGY_STOP)
		return ACT_NUDGE | lc_leave(lc, now_us);
	return ACT_NUDGE | lc_launch_later(lc, now_us);
}

/* QEMU ended and nobody here had asked it to. */
uint32_t lc_on_exited(struct lifecycle *lc, const struct lc_event *ev,
		      uint64_t now_us)
{
	struct evidence e;

	lc->end = end_of_process(lc, ev->wait_status);
	lc->missing = MISSING_STATUS | MISSING_EVENTS;
	lc->qmp_ok = false;
	e = lc_evidence(lc);
	if (ev->wait_status >= 0)
		e.wait_status = ev->wait_status;
	e.oom = ev->oom;
	e.helper_first = ev->helper_first;
	return lc_decide(lc, &e, false, false, now_us) | lc_drain(lc, now_us);
}

/* QEMU ended in LC_QUITTING: as asked, or we were about to find out why. */
uint32_t lc_on_reaped(struct lifecycle *lc, const struct lc_event *ev,
		      uint64_t now_us)
{
	if (lc->now.strategy == STRATEGY_NONE)
		return lc_on_exited(lc, ev, now_us);
	return lc_drain(lc, now_us);
}

static uint32_t escalate(struct lifecycle *lc, uint64_t now_us)
{
	static const uint32_t step_acts[STEPS] = {
		[STEP_QUIT] = ACT_QUIT,
		[STEP_TERM] = ACT_TERM,
		[STEP_KILL] = ACT_KILL,
	};

	if (lc->now.strategy == STRATEGY_NONE)
		return lc_force(lc, told_to_end(lc) ? lc->end : END_DEAF,
				now_us);
	if (++lc->exit_step >= STEPS)
		return lc_memory_held(lc, now_us);
	if (lc->exit_step < STEP_KILL)
		return step_acts[lc->exit_step] |
		       lc_be_patient(lc, LC_QUITTING, now_us);
	lc_enter(lc, LC_QUITTING, lc->cfg.destroy_ms, now_us);
	return step_acts[lc->exit_step];
}

uint32_t lc_out_of_patience(struct lifecycle *lc, uint64_t now_us)
{
	if (lc->state == LC_RESETTING)
		return relaunch_instead(lc, "QEMU's reset took too long",
					now_us);
	return escalate(lc, now_us);
}

/* A step is over: has QEMU at least been busy? */
uint32_t lc_deaf(struct lifecycle *lc, uint64_t now_us)
{
	bool asked = lc->now.strategy != STRATEGY_NONE;
	bool killed = lc->state == LC_QUITTING && lc->exit_step == STEP_KILL;

	if (asked && !killed && lc_measure(lc, now_us))
		return ACT_MEASURE;
	return lc_out_of_patience(lc, now_us);
}

uint32_t lc_on_memory_back(struct lifecycle *lc, const struct lc_event *ev,
			   uint64_t now_us)
{
	(void)ev;
	lc_mark(lc, MARK_MEMORY, now_us);
	return finish(lc);
}

uint32_t lc_memory_held(struct lifecycle *lc, uint64_t now_us)
{
	const struct evidence e = { .end = END_MEMORY_HELD,
				    .stage = lc->epoch.stage };

	(void)now_us;
	lc->now.cause = verdict_cause(&e);
	lc->now.strategy = STRATEGY_STOP;
	lc->now.reason = "nothing more can be done about it";
	verdict_sentence(lc->now.cause, &e, lc->now.evidence,
			 sizeof(lc->now.evidence));
	return finish(lc);
}

uint32_t lc_unobserved(struct lifecycle *lc, uint64_t now_us)
{
	struct evidence e;

	lc->end = END_UNOBSERVED;
	lc->missing = MISSING_ALL;
	e = lc_evidence(lc);
	return lc_decide(lc, &e, false, false, now_us);
}

uint32_t lc_on_launch_failed(struct lifecycle *lc, const struct lc_event *ev,
			     uint64_t now_us)
{
	struct evidence e;
	uint32_t told;

	(void)ev;
	lc->end = END_NOT_STARTED;
	e = lc_evidence(lc);
	told = lc_decide(lc, &e, false, false, now_us);

	if (lc->now.strategy != STRATEGY_STOP)
		return told | lc_launch_later(lc, now_us);
	return told | lc_leave(lc, now_us);
}
