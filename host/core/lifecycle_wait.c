// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_wait.c - when nothing is to be done but to wait
 *
 * Theory of operation: four waits. WAITING is the pause between a failure and
 * the next start; PANICKED keeps a guest that panicked until an operator has
 * seen enough of it; neither holds an operator up. The third is patience with
 * a QEMU that is deaf: its main thread destroys memory while it resets or ends
 * and hears nothing meanwhile. Deaf is not dead as long as that thread's CPU
 * time grows (asked for at the start and then every exit_ms), up to a bound
 * that the memory's size sets.
 *
 * The fourth is HOLDING: the guest has ended in order and would be reset in
 * place, but KVM has not begun to destroy what the last reset set aside; a
 * reset now would end QEMU (docs/facts.md 2.3, race). It takes as long as a
 * thread takes to be run; one that does not within HOLD_MS is waited for no
 * longer, and the restart becomes a full one.
 */
#include "host/core/lifecycle_impl.h"

enum { MEASURE_MS = 1000, HOLD_MS = 2000 };

/* A start that is due, now or after a pause. */
uint32_t lc_launch_later(struct lifecycle *lc, uint64_t now_us)
{
	uint32_t ms = lc_backoff_ms(lc);

	if (!ms)
		return lc_admit(lc, now_us);
	lc_enter(lc, LC_WAITING, ms, now_us);
	return ACT_TELL_WAIT;
}

uint32_t lc_waited(struct lifecycle *lc, uint64_t now_us)
{
	lc_mark(lc, MARK_WAITED, now_us);
	return lc_admit(lc, now_us);
}

uint32_t lc_on_memory_waiting(struct lifecycle *lc, const struct lc_event *ev,
			      uint64_t now_us)
{
	(void)ev;
	lc_mark(lc, MARK_MEMORY, now_us);
	return 0;
}

/* No QEMU is there to be asked or ended: whatever is wished for is done. */
uint32_t lc_on_wish_waiting(struct lifecycle *lc, const struct lc_event *ev,
			    uint64_t now_us)
{
	uint32_t acts;

	if (!lc_take_wish(lc, ev->wish, now_us, &acts))
		return acts;
	lc->wish_acted = true;
	if (!lc_wants_stop(lc))
		return acts | lc_waited(lc, now_us);
	lc_will_stop(lc);
	return acts | lc_leave(lc, now_us);
}

/* Somebody who looks after it: what failed before does not count any more. */
uint32_t lc_on_wish_panicked(struct lifecycle *lc, const struct lc_event *ev,
			     uint64_t now_us)
{
	uint32_t acts;

	if (!lc_take_wish(lc, ev->wish, now_us, &acts))
		return acts;
	lc_mark(lc, MARK_ASKED, now_us);
	lc->crash_count = 0;
	lc->failures = 0;
	lc_release(lc, now_us);
	return acts | lc_quit(lc, now_us);
}

uint32_t lc_be_patient(struct lifecycle *lc, enum lc_state s, uint64_t now_us)
{
	lc_enter(lc, s, lc->cfg.exit_ms, now_us);
	lc->patient_until_us = now_us + lc->cfg.destroy_ms * 1000ULL;
	lc->measuring = false;
	lc->cpu_us = 0;
	return ACT_MEASURE;
}

bool lc_measure(struct lifecycle *lc, uint64_t now_us)
{
	if (lc->measuring || now_us >= lc->patient_until_us)
		return false;
	lc->measuring = true;
	lc->deadline_us = now_us + MEASURE_MS * 1000ULL;
	return true;
}

uint32_t lc_on_cpu(struct lifecycle *lc, const struct lc_event *ev,
		   uint64_t now_us)
{
	bool grown = ev->cpu_us > lc->cpu_us;

	lc->cpu_us = ev->cpu_us;
	if (!lc->measuring) /* the first, to compare with */
		return 0;
	if (!grown)
		return lc_out_of_patience(lc, now_us);
	lc->measuring = false;
	lc->deadline_us = now_us + lc->cfg.exit_ms * 1000ULL;
	return 0;
}

uint32_t lc_hold(struct lifecycle *lc, uint64_t now_us)
{
	cleanup_hold(&lc->cleanup, now_us);
	lc_enter(lc, LC_HOLDING, HOLD_MS, now_us);
	return 0;
}

static uint32_t try_held(struct lifecycle *lc, uint64_t now_us)
{
	uint32_t told = lc_decide_held(lc, now_us);

	return told ? told | lc_do_decided(lc, now_us) : 0;
}

/* Before the deadline is believed: where the shim itself was not run for long,
 * PERFORM may have begun unseen. EV_CLEANUP follows and decides. */
uint32_t lc_look_at_held(struct lifecycle *lc, uint64_t now_us)
{
	(void)lc;
	(void)now_us;
	return ACT_LOOK;
}

/* Whatever is wished for now may be had at once. */
uint32_t lc_on_wish_held(struct lifecycle *lc, const struct lc_event *ev,
			 uint64_t now_us)
{
	return lc_on_wish_late(lc, ev, now_us) | try_held(lc, now_us);
}

uint32_t lc_on_cleanup(struct lifecycle *lc, const struct lc_event *ev,
		       uint64_t now_us)
{
	uint32_t acts = 0;

	if (cleanup_saw(&lc->cleanup, &ev->sight, now_us))
		acts |= ACT_TELL_RESET;
	if (lc->state == LC_HOLDING)
		acts |= try_held(lc, now_us);
	return acts;
}
