/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/lifecycle_impl.h - between the files of the lifecycle
 *
 * lifecycle.c has the table and the start of a generation, lifecycle_ask.c
 * what guest and operator ask for, lifecycle_end.c how a generation ends,
 * lifecycle_adopt.c how to go on with that of an earlier shim.
 * A handler is one cell's work: it returns the actions.
 */
#ifndef HOST_CORE_LIFECYCLE_IMPL_H
#define HOST_CORE_LIFECYCLE_IMPL_H

#include "host/core/lifecycle.h"

typedef uint32_t lc_handler(struct lifecycle *lc, const struct lc_event *ev,
			    uint64_t now_us);

/* lifecycle.c */
void lc_mark(struct lifecycle *lc, enum mark m, uint64_t now_us);
void lc_enter(struct lifecycle *lc, enum lc_state s, uint32_t deadline_ms,
	      uint64_t now_us);
void lc_copy_said(struct lifecycle *lc, const char *said); /* or NULL */
void lc_begin_end(struct lifecycle *lc); /* a new passage, from its end part */
uint32_t lc_launch(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_run_epoch(struct lifecycle *lc, uint64_t now_us); /* -> BOOTING */
uint32_t lc_settle(struct lifecycle *lc, enum wish w, enum answer a);
bool lc_wants_stop(const struct lifecycle *lc);

/* lifecycle_ask.c */
lc_handler lc_on_agent, lc_on_wish, lc_on_wish_early, lc_on_wish_late;
uint32_t lc_pursue(struct lifecycle *lc,
		   uint64_t now_us); /* ask for the wish */
uint32_t lc_quiesce(struct lifecycle *lc, uint64_t now_us); /* -> QUIESCING */
uint32_t lc_serve(struct lifecycle *lc, uint64_t now_us);   /* -> SERVING */

/* lifecycle_end.c */
lc_handler lc_on_shutdown, lc_on_stop, lc_on_status, lc_on_reset;
lc_handler lc_on_qmp_lost, lc_on_gate_failed, lc_on_exited, lc_on_reaped;
lc_handler lc_on_memory_back, lc_on_launch_failed, lc_on_commit_lost;
uint32_t lc_quit(struct lifecycle *lc, uint64_t now_us);  /* -> QUITTING */
uint32_t lc_drain(struct lifecycle *lc, uint64_t now_us); /* -> DRAINING */
/* judge an end of QEMU that nobody saw */
uint32_t lc_unobserved(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_force(struct lifecycle *lc, enum vm_end end, uint64_t now_us);
uint32_t lc_judge(struct lifecycle *lc, bool healthy, uint64_t now_us);
uint32_t lc_give_up_reset(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_escalate(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_memory_held(struct lifecycle *lc);

/* lifecycle_adopt.c */
lc_handler lc_on_adopt, lc_on_adopt_up, lc_on_adopt_shutdown, lc_on_found;
/* a HELLO of the current epoch tells where the guest is */
uint32_t lc_on_hello_again(struct lifecycle *lc, const struct msg_hello *h,
			   uint64_t now_us);
/* an adopted guest's INTENT names an operator whom nobody knows any more */
void lc_infer_wish(struct lifecycle *lc, uint64_t now_us);

#endif
