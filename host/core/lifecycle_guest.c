// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_guest.c - what the guest says
 *
 * Theory of operation: only frames of the current epoch count. A HELLO of
 * another one begins it; an INTENT, asked for or not, gets a GRANT, and a
 * QUIESCED its COMMIT, which may be said again to a guest that was not heard.
 */

#include "host/core/lifecycle_impl.h"

#include <string.h>

/* Return: ms of silence after which two heartbeats are missed */
static uint32_t two_heartbeats(const struct lifecycle *lc)
{
	return lc->cfg.heartbeat_ms * 5 / 2;
}

uint32_t lc_serve(struct lifecycle *lc, uint64_t now_us)
{
	lc->epoch.silent = false;
	lc_enter(lc, LC_SERVING, two_heartbeats(lc), now_us);
	return 0;
}

/* First it is only said; lost it is when it goes on. */
uint32_t lc_silent(struct lifecycle *lc, uint64_t now_us)
{
	uint32_t known_ms = two_heartbeats(lc);
	uint32_t ms = lc->cfg.silence_ms;

	if (lc->epoch.silent || (ms && ms <= known_ms))
		return lc_force(lc, END_SILENT, now_us);
	lc->epoch.silent = true;
	lc->deadline_us = ms ? now_us + (ms - known_ms) * 1000ULL : 0;
	return 0;
}

bool lc_strange_image(const struct lifecycle *lc)
{
	return lc->cfg.image[0] && lc->epoch.image[0] &&
	       strcmp(lc->epoch.image, "unknown") != 0 &&
	       strcmp(lc->epoch.image, lc->cfg.image) != 0;
}

bool lc_is_secure(const struct lifecycle *lc)
{
	return lc->epoch.secure == GUEST_IS_SECURE ||
	       (lc->epoch.secure != GUEST_IS_NOT_SECURE &&
		lc->cfg.could_be_secure);
}

static uint32_t on_hello(struct lifecycle *lc, const struct msg *m,
			 uint64_t now_us)
{
	uint32_t acts = ACT_WELCOME;

	if (!lc->ending)
		lc_mark(lc, MARK_HELLO, now_us);
	if (lc->state == LC_POWERING) /* it has an agent after all */
		lc_enter(lc, LC_BOOTING, lc->cfg.boot_ms, now_us);
	/* kexec: a boot that QEMU did not see; last words begin none */
	if (lc->state != LC_BOOTING && !lc->end_known)
		lc_run_epoch(lc, now_us);
	if (lc->cfg.secure_wanted && m->hello.secure != GUEST_IS_SECURE)
		return lc_force(lc, END_NOT_SECURE, now_us);
	if (lc_strange_image(lc))
		acts |= ACT_STRANGE;
	return acts | lc_on_hello_again(lc, &m->hello, now_us);
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
	if (lc->state == LC_BOOTING) {
		lc->served_us = now_us;
		lc_serve(lc, now_us);
	}
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

/* What is quiet has nothing to lose by an end that comes a little early. */
uint32_t lc_await_end(struct lifecycle *lc, uint64_t now_us)
{
	bool unseen =
		lc->cfg.poweroff_unseen && lc->epoch.stage == STAGE_POWEROFF;

	lc_enter(lc, LC_ENDING, unseen ? UNSEEN_MS : lc->cfg.commit_ms, now_us);
	return 0;
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
	return lc_await_end(lc, now_us) | ACT_COMMIT;
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

/* The guest goes on after a second; but what was not said is not said. */
uint32_t lc_on_commit_lost(struct lifecycle *lc, const struct lc_event *ev,
			   uint64_t now_us)
{
	(void)ev;
	(void)now_us;
	lc->epoch.stage = STAGE_UNCOMMITTED;
	return 0;
}
