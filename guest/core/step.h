/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/core/step.h - one step of the session, as its files share it
 *
 * guest/core/session.c has the phases, guest/core/host.c the words of the
 * host, guest/core/supervise.c the payload.
 */
#ifndef GUEST_CORE_STEP_H
#define GUEST_CORE_STEP_H

#include "guest/core/session.h"

/* What all handlers need. */
struct step {
	struct session *s;
	const struct session_event *ev;
	uint64_t now;
	struct session_out *out;
};

static inline void act(struct step *t, enum session_action action)
{
	t->out->actions |= 1U << action;
}

/* ---- guest/core/session.c */

/* step_hello() - say HELLO, again in a second unless WELCOME comes */
void step_hello(struct step *t);

/* step_wish() - begin to end, or say that another end is under way */
void step_wish(struct step *t, enum intent intent, enum intent_cause cause,
	       uint32_t detail);

/* step_reach() - the boot has come to @stage; say so, once */
void step_reach(struct step *t, enum boot_stage stage);

/* step_begin() - enter GPHASE_WAITING; the caller says INTENT */
void step_begin(struct step *t, enum intent intent, enum intent_cause cause);

/* step_shorten_grace() - the host's word: less than the sealed one, no more */
void step_shorten_grace(struct session *s, uint32_t grace_ms);

/* step_quiesce() - leave GPHASE_WAITING */
void step_quiesce(struct step *t);

/* step_end() - enter GPHASE_ENDING */
void step_end(struct step *t);

/* step_kill_all() - the step of quiescing that leaves PID 1 alone */
void step_kill_all(struct step *t);

/* ---- guest/core/host.c */

/* host_introduce() - to a host that may know nothing: who we are, and where */
void host_introduce(struct step *t);

/* host_leaves() - nothing more is said, and nobody wakes up to say it */
void host_leaves(struct step *t);

/* host_says() - SEV_MSG */
void host_says(struct step *t);

/* ---- guest/core/supervise.c: SEV_BOOTED and what the payload does */
void pay_booted(struct step *t);
void pay_started(struct step *t);
void pay_not_started(struct step *t);
void pay_ready(struct step *t);
void pay_notifies(struct step *t);
void pay_exited(struct step *t);
void pay_checked(struct step *t);

/* pay_alone() - SEV_ALONE while no end is under way */
void pay_alone(struct step *t);

/* pay_due() - SEV_TIMER */
void pay_due(struct step *t);

/* pay_unwatch() - an end begins: its own deadlines count from here on */
void pay_unwatch(struct step *t);

/* pay_up() - is there a process to be told of the end? */
bool pay_up(const struct session *s);

#endif
