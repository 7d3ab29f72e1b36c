// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle.c - the life of one appliance: its table, its start
 *
 * Theory of operation: handlers[] says what each event means in each state; an
 * empty cell means that the event says nothing there (QEMU repeats itself, a
 * frame comes late) and is ignored. A passage is what people are told about:
 * the end of one epoch and the start of the next, with the marks of both.
 * `ending` says in which half we are; an end that begins while the next start
 * is not through begins a passage of its own.
 */
#include "host/core/lifecycle_impl.h"

#include <stdio.h>

void lifecycle_init(struct lifecycle *lc, const struct lc_config *cfg)
{
	*lc = (struct lifecycle){ .cfg = *cfg, .state = LC_DOWN };
}

void lc_mark(struct lifecycle *lc, enum mark m, uint64_t now_us)
{
	lc->now.marks.at_us[m] = now_us;
}

void lc_enter(struct lifecycle *lc, enum lc_state s, uint32_t deadline_ms,
	      uint64_t now_us)
{
	lc->state = s;
	lc->deadline_us = deadline_ms ? now_us + deadline_ms * 1000ULL : 0;
}

void lc_copy_said(struct lifecycle *lc, const char *said)
{
	snprintf(lc->said, sizeof(lc->said), "%s", said ? said : "");
}

void lc_begin_end(struct lifecycle *lc)
{
	if (lc->ending)
		return;
	lc->now = (struct passage){ .reason = "" };
	lc->ending = true;
}

uint32_t lc_launch(struct lifecycle *lc, uint64_t now_us)
{
	lc->generation++;
	lc->boot = 0;
	epoch_generation(&lc->epoch);
	lc->qmp_ok = false;
	lc->adopted = lc->other_image = false;
	lc->cont_us = 0;
	cleanup_none(&lc->cleanup);
	lc->gave_way = lc->held = false;
	lc->served_us = 0;
	lc->stopped = false;
	lc->end_known = false;
	lc_copy_said(lc, "");
	lc->pv.any = false;
	lc->ending = false;
	lc_mark(lc, MARK_LAUNCHED, now_us);
	lc_enter(lc, LC_LAUNCHING, lc->cfg.boot_ms, now_us);
	return ACT_LAUNCH;
}

void lc_boot(struct lifecycle *lc, uint64_t now_us)
{
	lc_enter(lc, LC_BOOTING, lc->cfg.boot_ms, now_us);
	if (lc->insist)
		lc_hurry(lc, now_us);
}

uint32_t lc_run_epoch(struct lifecycle *lc, uint64_t now_us)
{
	lc->boot++;
	lc->adopted = false;
	lc->served_us = 0;
	lc->stopped = false;
	lc->held = false;
	lc->end_known = false;
	lc_copy_said(lc, "");
	lc->pv.any &= pv_fatal(&lc->pv); /* its exit is on its way */
	lc->ending = false;
	lc_boot(lc, now_us);
	return 0;
}

uint32_t lc_settle(struct lifecycle *lc, enum wish w, enum answer a)
{
	lc->answered = w;
	lc->answer = a;
	if (w == lc->wish) {
		lc->wish = WISH_NONE;
		lc->wish_acted = false;
	}
	return w == WISH_NONE ? 0 : ACT_ANSWER;
}

bool lc_wants_stop(const struct lifecycle *lc)
{
	return lc->wish == WISH_STOP;
}

static uint32_t on_start(struct lifecycle *lc, const struct lc_event *ev,
			 uint64_t now_us)
{
	(void)ev;
	return lc_admit(lc, now_us);
}

uint32_t lc_run_first(struct lifecycle *lc, uint64_t now_us)
{
	lc_mark(lc, MARK_RUNNING, now_us);
	return lc_run_epoch(lc, now_us) | ACT_RUN;
}

static uint32_t on_up(struct lifecycle *lc, const struct lc_event *ev,
		      uint64_t now_us)
{
	(void)ev;
	lc->qmp_ok = true;
	lc->ever_up = true;
	return lc_must_pause(lc) ? lc_pause(lc, now_us)
				 : lc_run_first(lc, now_us);
}

static uint32_t no_answer(struct lifecycle *lc, uint64_t now_us)
{
	return lc_judge(lc, false, now_us);
}

/* What a deadline means: an end of that kind, or what the function does. */
static const struct {
	enum vm_end end;
	uint32_t (*fn)(struct lifecycle *lc, uint64_t now_us);
} overdue[LC_STATES] = {
	[LC_ADOPTING] = { .fn = lc_not_found_in_time },
	[LC_LAUNCHING] = { .end = END_DEAF },
	[LC_BOOTING] = { .fn = lc_not_up_in_time },
	[LC_POWERING] = { .fn = lc_not_up_in_time },
	[LC_SERVING] = { .fn = lc_silent },
	[LC_ASKING] = { .end = END_REQUEST_TIMEOUT },
	[LC_QUIESCING] = { .end = END_QUIESCE_TIMEOUT },
	[LC_ENDING] = { .end = END_COMMIT_TIMEOUT },
	[LC_JUDGING] = { .fn = no_answer },
	[LC_RESETTING] = { .fn = lc_deaf },
	[LC_QUITTING] = { .fn = lc_deaf },
	[LC_DRAINING] = { .fn = lc_memory_held },
	[LC_WAITING] = { .fn = lc_waited },
	[LC_HOLDING] = { .fn = lc_look_at_held },
	[LC_ADMITTING] = { .fn = lc_ask_again },
	[LC_PAUSED] = { .fn = lc_continue },
};

static uint32_t on_deadline(struct lifecycle *lc, const struct lc_event *ev,
			    uint64_t now_us)
{
	(void)ev;
	if (!lc->deadline_us || now_us < lc->deadline_us)
		return 0;
	if (overdue[lc->state].fn)
		return overdue[lc->state].fn(lc, now_us);
	return lc_force(lc, overdue[lc->state].end, now_us);
}

/* What a guest that runs can do, whatever its agent has said so far. */
#define GUEST_RUNS                                                             \
	[EV_AGENT] = lc_on_agent, [EV_SHUTDOWN] = lc_on_shutdown,              \
	[EV_STOP] = lc_on_stop, [EV_QMP_LOST] = lc_on_qmp_lost,                \
	[EV_QMP_REFUSED] = lc_on_qmp_refused, [EV_EXITED] = lc_on_exited,      \
	[EV_WISH] = lc_on_wish, [EV_DEADLINE] = on_deadline

static lc_handler *const handlers[LC_STATES][LC_EVENTS] = {
	[LC_DOWN] = { [EV_START] = on_start,
		      [EV_ADOPT] = lc_on_adopt,
		      [EV_WISH] = lc_on_wish_early },
	[LC_ADOPTING] = { [EV_UP] = lc_on_adopt_up,
			  [EV_SHUTDOWN] = lc_on_adopt_shutdown,
			  [EV_FOUND] = lc_on_found,
			  [EV_QMP_LOST] = lc_on_adopt_lost,
			  [EV_QMP_REFUSED] = lc_on_adopt_refused,
			  [EV_EXITED] = lc_on_adopt_exited,
			  [EV_WISH] = lc_on_adopt_wish,
			  [EV_DEADLINE] = on_deadline },
	[LC_LAUNCHING] = { [EV_UP] = on_up,
			   [EV_LAUNCH_FAILED] = lc_on_launch_failed,
			   [EV_PRESSURE] = lc_on_pressure,
			   [EV_QMP_LOST] = lc_on_qmp_lost,
			   [EV_EXITED] = lc_on_exited,
			   [EV_WISH] = lc_on_wish_early,
			   [EV_DEADLINE] = on_deadline },
	[LC_BOOTING] = { GUEST_RUNS, [EV_PRESSURE] = lc_on_pressure },
	[LC_SERVING] = { GUEST_RUNS },
	[LC_POWERING] = { GUEST_RUNS },
	[LC_ASKING] = { GUEST_RUNS },
	[LC_QUIESCING] = { GUEST_RUNS },
	[LC_ENDING] = { GUEST_RUNS, [EV_COMMIT_LOST] = lc_on_commit_lost },
	[LC_JUDGING] = { [EV_STATUS] = lc_on_status,
			 [EV_QMP_LOST] = lc_on_qmp_lost,
			 [EV_QMP_REFUSED] = lc_on_status_refused,
			 [EV_EXITED] = lc_on_exited,
			 [EV_WISH] = lc_on_wish_early,
			 [EV_DEADLINE] = on_deadline },
	[LC_RESETTING] = { [EV_RESET] = lc_on_reset,
			   [EV_CPU] = lc_on_cpu,
			   [EV_SHUTDOWN] = lc_on_told_to_end,
			   [EV_QMP_LOST] = lc_on_qmp_lost,
			   [EV_QMP_REFUSED] = lc_on_reset_refused,
			   [EV_EXITED] = lc_on_exited,
			   [EV_WISH] = lc_on_wish_late,
			   [EV_DEADLINE] = on_deadline },
	[LC_QUITTING] = { [EV_SHUTDOWN] = lc_on_shutdown,
			  [EV_CPU] = lc_on_cpu,
			  [EV_EXITED] = lc_on_reaped,
			  [EV_WISH] = lc_on_wish_late,
			  [EV_DEADLINE] = on_deadline },
	[LC_PANICKED] = { [EV_QMP_LOST] = lc_on_qmp_lost,
			  [EV_EXITED] = lc_on_exited,
			  [EV_WISH] = lc_on_wish_panicked },
	[LC_HOLDING] = { [EV_SHUTDOWN] = lc_on_told_to_end,
			 [EV_QMP_LOST] = lc_on_qmp_lost,
			 [EV_EXITED] = lc_on_exited,
			 [EV_WISH] = lc_on_wish_held,
			 [EV_DEADLINE] = on_deadline },
	[LC_PAUSED] = { [EV_AGENT] = lc_on_agent_paused,
			[EV_SHUTDOWN] = lc_on_shutdown_paused,
			[EV_STOP] = lc_on_stop,
			[EV_QMP_LOST] = lc_on_qmp_lost,
			[EV_QMP_REFUSED] = lc_on_qmp_refused,
			[EV_EXITED] = lc_on_exited,
			[EV_MEMORY_BACK] = lc_on_relief,
			[EV_WISH] = lc_on_wish_paused,
			[EV_DEADLINE] = on_deadline },
	[LC_WAITING] = { [EV_WISH] = lc_on_wish_waiting,
			 [EV_MEMORY_BACK] = lc_on_memory_waiting,
			 [EV_DEADLINE] = on_deadline },
	[LC_ADMITTING] = { [EV_ADMISSION] = lc_on_admission,
			   [EV_MEMORY_BACK] = lc_on_room,
			   [EV_WISH] = lc_on_wish_admitting,
			   [EV_DEADLINE] = on_deadline },
	[LC_DRAINING] = { [EV_MEMORY_BACK] = lc_on_memory_back,
			  [EV_WISH] = lc_on_wish_late,
			  [EV_DEADLINE] = on_deadline },
};

/* Whatever the state: it is evidence, for an end or a reset. */
static void note_pv_failed(struct lifecycle *lc, const struct lc_event *ev)
{
	/* the first of a boot is why the others failed */
	if (!lc->pv.any || lc->pv.command == PV_PREPARE || pv_fatal(&ev->pv))
		lc->pv = ev->pv;
}

/* What holds in every state, before the state has its say. */
static void note(struct lifecycle *lc, const struct lc_event *ev)
{
	if (ev->type == EV_ROOM) {
		lc->fits_twice = ev->fits_twice;
		lc->cramped = ev->cramped;
	}
	if (ev->type == EV_MEMORY_BACK)
		lc->memory_out = false;
	if (ev->type == EV_PV_FAILED)
		note_pv_failed(lc, ev);
}

uint32_t lifecycle_step(struct lifecycle *lc, const struct lc_event *ev,
			uint64_t now_us)
{
	lc_handler *handler = handlers[lc->state][ev->type];
	uint32_t acts = 0;

	note(lc, ev);
	/* likewise: what was seen does not depend on the state */
	if (ev->type == EV_CLEANUP)
		return lc_on_cleanup(lc, ev, now_us);
	if (ev->type == EV_DEADLINE && cleanup_due(&lc->cleanup, now_us))
		acts = ACT_LOOK;
	return acts | (handler ? handler(lc, ev, now_us) : 0);
}

uint64_t lifecycle_deadline(const struct lifecycle *lc)
{
	const uint64_t look_us = lc->cleanup.look_us;

	if (!look_us || (lc->deadline_us && lc->deadline_us < look_us))
		return lc->deadline_us;
	return look_us;
}

const char *lc_state_name(enum lc_state s)
{
	static const char names[LC_STATES][20] = {
		[LC_DOWN] = "down",
		[LC_ADOPTING] = "adopting",
		[LC_LAUNCHING] = "launching",
		[LC_BOOTING] = "booting",
		[LC_SERVING] = "serving",
		[LC_ASKING] = "asking",
		[LC_QUIESCING] = "quiescing",
		[LC_ENDING] = "ending",
		[LC_JUDGING] = "judging",
		[LC_RESETTING] = "resetting",
		[LC_QUITTING] = "quitting",
		[LC_DRAINING] = "draining",
		[LC_ENDED] = "ended",
		[LC_POWERING] = "powering down",
		[LC_PANICKED] = "panicked",
		[LC_WAITING] = "waiting",
		[LC_HOLDING] = "holding",
		[LC_ADMITTING] = "waiting for memory",
		[LC_PAUSED] = "paused for memory",
	};

	return names[s];
}
