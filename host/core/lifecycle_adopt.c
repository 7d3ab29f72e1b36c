// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_adopt.c - go on with what an earlier shim has left
 *
 * Theory of operation: see host/core/adopt.h. What was saved is taken back
 * first; then QEMU says how its VM is, and that decides, not the record: the
 * record only tells how far the guest had come and what was wanted. A guest
 * that runs is asked (ACT_ASK): its HELLO says in which phase it is, and the
 * message of that phase follows; lc_on_hello_again() fills in what no message
 * repeats. Deadlines begin anew.
 */
#include "host/core/adopt.h"

#include "host/core/lifecycle_impl.h"

/* What the state means that the earlier shim was in. */
static bool was_ending(const struct lifecycle *lc)
{
	return (lc->before == LC_QUITTING || lc->before == LC_DRAINING) &&
	       lc->now.strategy != STRATEGY_NONE;
}

/* Nothing ran in these; what ran before was judged. */
static bool was_between(const struct lifecycle *lc)
{
	return lc->before == LC_WAITING || lc->before == LC_ADMITTING;
}

static bool was_running(const struct lifecycle *lc)
{
	return lc->before != LC_DOWN && lc->before != LC_ENDED &&
	       !was_between(lc) && !was_ending(lc);
}

/* It ended while nobody watched; what was wanted of it still holds. */
static uint32_t judge_unseen(struct lifecycle *lc, uint64_t now_us)
{
	uint32_t told = lc_unobserved(lc, now_us);

	if (lc_wants_stop(lc))
		return told;
	lc->now.failed = false; /* whatever it was: a `run` ends it */
	lc->now.strategy = STRATEGY_DRAIN_FIRST;
	lc->now.reason = "it is to run, and nothing of it does";
	return told;
}

/* Nothing is left of it, and nobody has typed `run`. */
static uint32_t as_decided(struct lifecycle *lc, uint64_t now_us)
{
	return lc->now.strategy == STRATEGY_STOP ? lc_leave(lc, now_us)
						 : lc_launch_later(lc, now_us);
}

/*
 * A `run` when nothing is left is a start, also after a stop. After a restart
 * that was under way it waits for memory as that one did; but what it took says
 * nothing of restarts.
 */
static uint32_t start_anew(struct lifecycle *lc, uint64_t now_us)
{
	uint32_t told = 0;

	lc->wish = WISH_NONE;
	lc->wish_acted = lc->insist = false;
	if (was_running(lc))
		told = judge_unseen(lc, now_us);
	else if (!lc_is_relaunch(lc))
		lc->now = (struct passage){ .reason = "" };
	else
		lc->now.marks = (struct marks){ 0 };
	return told | lc_admit(lc, now_us);
}

uint32_t lc_on_adopt(struct lifecycle *lc, const struct lc_event *ev,
		     uint64_t now_us)
{
	const struct lc_left *left = ev->left;
	uint32_t told = 0;

	if (left->saved)
		lc_take_back(lc, left->saved);
	if (!lc->generation && (left->qemu || left->memory))
		lc->generation = 1;
	lc->memory_out = left->draining;
	if (left->qemu) {
		lc->adopted = true;
		lc->other_image |= !left->same_image;
		lc_enter(lc, LC_ADOPTING, lc->cfg.destroy_ms, now_us);
		return ACT_CONNECT;
	}
	if (!left->memory && !left->handed_over)
		return start_anew(lc, now_us);
	if (!was_ending(lc) && !was_between(lc))
		told = judge_unseen(lc, now_us);
	told |= left->memory ? lc_drain(lc, now_us) : as_decided(lc, now_us);
	if (lc->before != LC_ADMITTING || lc->state != LC_WAITING)
		return told;
	return (told & ~(uint32_t)ACT_TELL_WAIT) | lc_admit(lc, now_us);
}

uint32_t lc_on_adopt_up(struct lifecycle *lc, const struct lc_event *ev,
			uint64_t now_us)
{
	(void)ev;
	(void)now_us;
	lc->qmp_ok = true;
	lc->ever_up = true;
	return ACT_CLAIM;
}

/* QMP's log, and QEMU itself: why the VM stands in the gate. */
uint32_t lc_on_adopt_shutdown(struct lifecycle *lc, const struct lc_event *ev,
			      uint64_t now_us)
{
	(void)now_us;
	if (lc->end_known)
		return 0;
	lc->end_known = true;
	lc->end = ev->end;
	lc_copy_said(lc, ev->said);
	return 0;
}

/* The state in which a guest is that has come so far. */
static uint32_t resume(struct lifecycle *lc, uint64_t now_us)
{
	switch (lc->epoch.stage) {
	case STAGE_READY:
		if (!lc->served_us)
			lc->served_us = now_us;
		return lc_serve(lc, now_us) | ACT_READY | lc_pursue(lc, now_us);
	case STAGE_INTENT:
		return lc_quiesce(lc, now_us);
	case STAGE_UNCOMMITTED:
	case STAGE_UNCLEAN:
	case STAGE_REBOOT:
	case STAGE_POWEROFF:
	case STAGE_UPDATE:
		return lc_await_end(lc, now_us);
	case STAGE_SILENT:
	case STAGE_HELLO:
	case EPOCH_STAGES:
		break;
	}
	lc_boot(lc, now_us);
	return 0;
}

static uint32_t found_running(struct lifecycle *lc, uint64_t now_us)
{
	if (lc->before == LC_PAUSED) /* its pause was lost */
		lc->gave_way = false;
	lc->held = false;
	lc->end_known = false;
	if (lc->before == LC_RESETTING) { /* its cont came through */
		if (lc_is_secure(lc))
			cleanup_adopt(&lc->cleanup, now_us);
		lc_mark(lc, MARK_CONT, now_us);
		epoch_over(&lc->epoch);
		return lc_run_epoch(lc, now_us) | ACT_ASK;
	}
	if (!lc->boot)
		lc->boot = 1;
	return resume(lc, now_us) | ACT_ASK;
}

/* It had to wait until those that drain are through, and still has to. */
static bool waits_on(const struct lifecycle *lc)
{
	return (lc->before == LC_PAUSED || lc->before == LC_LAUNCHING) &&
	       lc_must_pause(lc);
}

static uint32_t found_ready_to_run(struct lifecycle *lc, uint64_t now_us)
{
	const struct lc_event reset = { .type = EV_RESET };

	if (lc->before == LC_RESETTING)
		return lc_on_reset(lc, &reset, now_us);
	if ((lc->before == LC_BOOTING || lc->before == LC_PAUSED) &&
	    lc->epoch.stage == STAGE_SILENT && lc->boot > 0)
		lc->boot--; /* its cont was sent, and lost with the shim */
	epoch_over(&lc->epoch);
	lc->held = false;
	if (waits_on(lc))
		return lc_pause_on(lc, now_us);
	lc_mark(lc, MARK_RUNNING, now_us);
	return lc_run_epoch(lc, now_us) | ACT_RUN;
}

/* The earlier shim has paused it, and nothing else has. */
static bool was_held(const struct lifecycle *lc)
{
	return lc->held && (!lc->end_known || lc->end == END_PAUSED);
}

static uint32_t found_held(struct lifecycle *lc, uint64_t now_us)
{
	lc->end_known = false;
	if (waits_on(lc)) {
		lc->stopped = true;
		return lc_pause_on(lc, now_us) | ACT_ASK;
	}
	lc->held = false;
	if (!lc->ending)
		lc_mark(lc, MARK_CONTINUED, now_us);
	return resume(lc, now_us) | ACT_CONT | ACT_ASK;
}

static uint32_t found_stopped(struct lifecycle *lc, uint64_t now_us)
{
	const bool judged =
		lc->before == LC_HOLDING || lc->before == LC_RESETTING;

	if (was_held(lc))
		return found_held(lc, now_us);
	if (judged && lc->wish_tries) /* it will be again: the same end */
		lc->wish_tries--;
	lc_begin_end(lc);
	lc_mark(lc, MARK_STOP, now_us);
	lc->stopped = true;
	if (!lc->end_known) {
		lc->end = END_UNOBSERVED;
		lc->end_known = true;
		lc->missing = MISSING_EVENTS | MISSING_WORDS;
	}
	return lc_judge(lc, true, now_us);
}

/* What was decided holds, also if QEMU has closed QMP as it ends. */
uint32_t lc_on_adopt_lost(struct lifecycle *lc, const struct lc_event *ev,
			  uint64_t now_us)
{
	if (!was_ending(lc))
		return lc_on_qmp_lost(lc, ev, now_us);
	lc->qmp_ok = false;
	return lc_quit(lc, now_us);
}

/* It can be told to end, but not how the VM is. */
uint32_t lc_on_adopt_refused(struct lifecycle *lc, const struct lc_event *ev,
			     uint64_t now_us)
{
	return was_ending(lc) ? lc_quit(lc, now_us)
			      : lc_on_qmp_refused(lc, ev, now_us);
}

/* Likewise if it is too busy with its end to answer. */
uint32_t lc_not_found_in_time(struct lifecycle *lc, uint64_t now_us)
{
	if (!was_ending(lc))
		return lc_force(lc, END_DEAF, now_us);
	lc->qmp_ok = false;
	return lc_quit(lc, now_us);
}

/* Likewise if it was quicker than we. */
uint32_t lc_on_adopt_exited(struct lifecycle *lc, const struct lc_event *ev,
			    uint64_t now_us)
{
	if (was_ending(lc))
		return lc_drain(lc, now_us);
	return lc_on_exited(lc, ev, now_us);
}

/* An end that is under way is to be followed by what is wished for. */
uint32_t lc_on_adopt_wish(struct lifecycle *lc, const struct lc_event *ev,
			  uint64_t now_us)
{
	return was_ending(lc) ? lc_on_wish_late(lc, ev, now_us)
			      : lc_on_wish_early(lc, ev, now_us);
}

uint32_t lc_on_found(struct lifecycle *lc, const struct lc_event *ev,
		     uint64_t now_us)
{
	static uint32_t (*const found[VMS_FOUND])(struct lifecycle *,
						  uint64_t) = {
		[VM_RUNNING] = found_running,
		[VM_READY_TO_RUN] = found_ready_to_run,
		[VM_STOPPED] = found_stopped,
	};

	if (was_ending(lc))
		return lc_quit(lc, now_us);
	return found[ev->vm](lc, now_us);
}

/* It did not begin to end under our eyes: enter what it says it is in. */
static void catch_up(struct lifecycle *lc, const struct msg_hello *h)
{
	lc_begin_end(lc);
	lc->epoch.intent = h->intent;
	if (lc->epoch.stage < STAGE_INTENT)
		lc->epoch.stage = STAGE_INTENT;
}

uint32_t lc_on_hello_again(struct lifecycle *lc, const struct msg_hello *h,
			   uint64_t now_us)
{
	if (lc->state == LC_ENDING || lc->end_known)
		return 0;
	if (h->phase == GPHASE_ENDING) {
		catch_up(lc, h);
		if (lc->epoch.stage == STAGE_INTENT)
			lc->epoch.stage = STAGE_UNCOMMITTED;
		return lc_await_end(lc, now_us);
	}
	if (lc->state == LC_QUIESCING)
		return 0;
	if (h->phase == GPHASE_QUIESCING || h->phase == GPHASE_QUIESCED) {
		catch_up(lc, h);
		lc->granted_ms = lc->cfg.grace_ms;
		return lc_quiesce(lc, now_us);
	}
	if (lc->state == LC_BOOTING || lc->state == LC_SERVING)
		return lc_pursue(lc, now_us);
	return 0;
}

void lc_infer_wish(struct lifecycle *lc, uint64_t now_us)
{
	if (!lc->adopted || lc->wish != WISH_NONE ||
	    lc->epoch.icause != ICAUSE_OPERATOR)
		return;
	lc->wish =
		lc->epoch.intent == INTENT_POWEROFF ? WISH_STOP : WISH_REBOOT;
	lc->wish_us = now_us;
}
