// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_ask.c - what guest and operator ask for
 *
 * Theory of operation: a wish becomes a REQUEST as soon as there is an agent
 * to hear it, however early it was made; the guest's INTENT, asked for or not,
 * gets a GRANT. One wish is pending at most, and each call that made one gets
 * one answer: at once if the wish cannot be taken, else when it is settled.
 */
#include "host/core/lifecycle_impl.h"

#include <stddef.h>

/* A guest may need a moment for what it does after its grace: sync, unmount. */
enum { QUIESCE_MARGIN_MS = 5000 };

uint32_t lc_serve(struct lifecycle *lc, uint64_t now_us)
{
	uint32_t silence_ms = lc->cfg.heartbeat_ms * 5 / 2;

	lc->epoch.silent = false;
	lc_enter(lc, LC_SERVING, silence_ms, now_us);
	return 0;
}

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

static uint32_t on_hello(struct lifecycle *lc, const struct msg *m,
			 uint64_t now_us)
{
	if (!lc->ending)
		lc_mark(lc, MARK_HELLO, now_us);
	if (lc->state != LC_BOOTING) /* kexec: a boot that QEMU did not see */
		lc_run_epoch(lc, now_us);
	return ACT_WELCOME | lc_on_hello_again(lc, &m->hello, now_us);
}

/* An end that was not clean says nothing of what a reboot takes. */
static void remember(struct lifecycle *lc)
{
	const struct passage *p = &lc->last;

	past_add(&lc->past, p->strategy,
		 cause_clean(p->cause) ? phases_down(&p->marks) : 0,
		 phases_boot(&p->marks));
}

static uint32_t on_ready(struct lifecycle *lc, const struct msg *m,
			 uint64_t now_us)
{
	uint32_t acts = ACT_READY;

	(void)m;
	if (lc->epoch.stage != STAGE_HELLO)
		return 0;
	lc->epoch.stage = STAGE_READY;
	lc->epoch.boot_stage = BOOT_READY; /* its STAGE is on its way */
	if (!lc->ending) {
		lc_mark(lc, MARK_READY, now_us);
		lc->last = lc->now;
		remember(lc);
		acts |= ACT_RECORD;
	}
	if (lc->state == LC_BOOTING)
		lc_serve(lc, now_us);
	if (lc->wish_acted && lc->wish != WISH_NONE) {
		lc->last.wish_us = now_us - lc->wish_us;
		lc->last.tries = lc->wish_tries;
	}
	if (lc->wish_acted)
		acts |= lc_settle(lc, lc->wish, ANSWER_DONE);
	return acts;
}

static uint32_t on_stage(struct lifecycle *lc, const struct msg *m,
			 uint64_t now_us)
{
	(void)now_us;
	lc->epoch.boot_stage = m->stage.stage;
	return 0;
}

static uint32_t on_heartbeat(struct lifecycle *lc, const struct msg *m,
			     uint64_t now_us)
{
	(void)m;
	return lc->state == LC_SERVING ? lc_serve(lc, now_us) : 0;
}

uint32_t lc_quiesce(struct lifecycle *lc, uint64_t now_us)
{
	lc_enter(lc, LC_QUIESCING, lc->granted_ms + QUIESCE_MARGIN_MS, now_us);
	return 0;
}

static uint32_t on_intent(struct lifecycle *lc, const struct msg *m,
			  uint64_t now_us)
{
	bool ours = m->intent.cause == ICAUSE_OPERATOR;

	if (lc->state == LC_QUIESCING && m->intent.intent == lc->epoch.intent)
		return ACT_GRANT; /* said again after an ASK */
	if (lc->state == LC_QUIESCING || lc->state == LC_ENDING)
		return 0;
	lc_begin_end(lc);
	lc_mark(lc, MARK_INTENT, now_us);
	lc->epoch.stage = STAGE_INTENT;
	lc->epoch.intent = m->intent.intent;
	lc->epoch.icause = m->intent.cause;
	lc->epoch.detail = m->intent.detail;
	lc_infer_wish(lc, now_us);
	if (lc->end_known) /* its last words: it has stopped already */
		return 0;
	lc->granted_ms = ours ? lc->cfg.grace_ms : m->intent.grace_ms;
	return lc_quiesce(lc, now_us) | ACT_GRANT;
}

static uint32_t on_quiesced(struct lifecycle *lc, const struct msg *m,
			    uint64_t now_us)
{
	if (lc->state == LC_ENDING)
		return ACT_COMMIT; /* said again after an ASK */
	if (lc->epoch.stage != STAGE_INTENT)
		return 0;
	lc_mark(lc, MARK_QUIESCED, now_us);
	epoch_quiesced(&lc->epoch, &m->quiesced, !lc->end_known);
	if (lc->end_known)
		return 0;
	lc_enter(lc, LC_ENDING, lc->cfg.commit_ms, now_us);
	return ACT_COMMIT;
}

static uint32_t on_refused(struct lifecycle *lc, const struct msg *m,
			   uint64_t now_us)
{
	if (lc->state != LC_ASKING || m->refused.reason == REFUSAL_BUSY)
		return 0; /* busy: its own INTENT is on its way */
	if (lc->insist)
		return lc_force(lc, END_HOST_SHUTDOWN, now_us);
	if (lc->epoch.stage >= STAGE_READY)
		lc_serve(lc, now_us);
	else
		lc_enter(lc, LC_BOOTING, lc->cfg.boot_ms, now_us);
	return lc_settle(lc, lc->wish, ANSWER_REFUSED);
}

uint32_t lc_on_agent(struct lifecycle *lc, const struct lc_event *ev,
		     uint64_t now_us)
{
	static uint32_t (*const by_type[MSG_TYPES])(
		struct lifecycle * lc, const struct msg *m, uint64_t now_us) = {
		[MSG_READY] = on_ready,	    [MSG_HEARTBEAT] = on_heartbeat,
		[MSG_INTENT] = on_intent,   [MSG_QUIESCED] = on_quiesced,
		[MSG_REFUSED] = on_refused, [MSG_STAGE] = on_stage,
	};
	const struct msg *m = ev->msg;

	switch (epoch_take(&lc->epoch, m)) {
	case EPOCH_DROP:
		return 0;
	case EPOCH_NEW:
		return on_hello(lc, m, now_us);
	case EPOCH_CURRENT:
		break;
	}
	if (m->type == MSG_HELLO)
		return ACT_WELCOME | lc_on_hello_again(lc, &m->hello, now_us);
	return by_type[m->type] ? by_type[m->type](lc, m, now_us) : 0;
}

/*
 * Take a wish, or say why not. Return: true: it is lc->wish now, and new;
 * *@acts may hold an answer for another one.
 */
static bool take_wish(struct lifecycle *lc, enum wish w, uint64_t now_us,
		      uint32_t *acts)
{
	*acts = 0;
	if (w == WISH_STOP_NOW) {
		lc->insist = true;
		w = WISH_STOP;
	}
	if (lc->wish == w)
		return false; /* both calls get the same answer */
	if (w == WISH_STOP && lc->wish != WISH_NONE) {
		*acts = lc_settle(lc, lc->wish, ANSWER_SUPERSEDED);
	} else if (lc->wish != WISH_NONE) {
		*acts = lc_settle(lc, w, ANSWER_BUSY);
		return false;
	}
	lc->wish = w;
	lc->wish_us = now_us;
	lc->wish_tries = 0;
	return true;
}

/* There is no agent to ask yet: keep it. */
uint32_t lc_on_wish_early(struct lifecycle *lc, const struct lc_event *ev,
			  uint64_t now_us)
{
	uint32_t acts;

	if (ev->wish == WISH_STOP_NOW && lc->insist && lc->deadline_us)
		return lc_force(lc, END_HOST_SHUTDOWN, now_us);
	take_wish(lc, ev->wish, now_us, &acts);
	return acts;
}

/* The host goes down and waits for us: not longer than for one grace. */
static void hurry(struct lifecycle *lc, uint64_t now_us)
{
	uint64_t last_us =
		now_us + (lc->cfg.grace_ms + QUIESCE_MARGIN_MS) * 1000ULL;

	if (!lc->deadline_us || lc->deadline_us > last_us)
		lc->deadline_us = last_us;
}

uint32_t lc_on_wish(struct lifecycle *lc, const struct lc_event *ev,
		    uint64_t now_us)
{
	bool again = ev->wish == WISH_STOP_NOW && lc->insist;
	bool taken;
	uint32_t acts;

	if (again)
		return lc_force(lc, END_HOST_SHUTDOWN, now_us);
	taken = take_wish(lc, ev->wish, now_us, &acts);
	if (taken && (lc->state == LC_BOOTING || lc->state == LC_SERVING)) {
		mark_asked(lc, now_us);
		acts |= lc_pursue(lc, now_us);
	}
	if (lc->insist)
		hurry(lc, now_us);
	return acts;
}

/* The old epoch is over: the start that follows is the reboot asked for. */
uint32_t lc_on_wish_late(struct lifecycle *lc, const struct lc_event *ev,
			 uint64_t now_us)
{
	static const char stopped[] = "the operator asked to stop";
	uint32_t acts;

	if (ev->wish == WISH_FULL && lc->state == LC_RESETTING)
		return lc_settle(lc, WISH_FULL, ANSWER_BUSY);
	if (!take_wish(lc, ev->wish, now_us, &acts))
		return acts;
	lc->wish_acted = true;
	if (lc_wants_stop(lc) && lc->state != LC_RESETTING &&
	    lc->now.strategy != STRATEGY_NONE) {
		lc->now.strategy = STRATEGY_STOP;
		lc->now.reason = stopped;
	}
	return acts;
}

/* The guest goes on after a second; but what was not said is not said. */
uint32_t lc_on_commit_lost(struct lifecycle *lc, const struct lc_event *ev,
			   uint64_t now_us)
{
	(void)ev;
	(void)now_us;
	lc->epoch.stage = STAGE_UNCOMMITTED;
	return 0;
}
