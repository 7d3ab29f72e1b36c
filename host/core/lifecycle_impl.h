/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/lifecycle_impl.h - between the files of the lifecycle
 *
 * lifecycle.c has the table and the start of a generation, lifecycle_guest.c
 * what the guest says, lifecycle_wish.c what an operator asks for,
 * lifecycle_judge.c what has ended and what follows, lifecycle_end.c how a
 * generation ends, lifecycle_admit.c whether the next one may begin,
 * lifecycle_pressure.c when it has to give way while it boots,
 * lifecycle_wait.c the waits of all other kinds, lifecycle_adopt.c how to go on
 * with what an earlier shim has left, lifecycle_saved.c what that has written.
 * A handler is one cell's work: it returns the actions.
 */
#ifndef HOST_CORE_LIFECYCLE_IMPL_H
#define HOST_CORE_LIFECYCLE_IMPL_H

#include "host/core/lifecycle.h"

struct lc_saved;

enum {
	QUIESCE_MARGIN_MS = 5000, /* after its grace: sync, unmount */
	UNSEEN_MS = 100, /* after COMMIT, an end that nobody will see */
};

typedef uint32_t lc_handler(struct lifecycle *lc, const struct lc_event *ev,
			    uint64_t now_us);

/* lifecycle.c */
void lc_mark(struct lifecycle *lc, enum mark m, uint64_t now_us);
void lc_enter(struct lifecycle *lc, enum lc_state s, uint32_t deadline_ms,
	      uint64_t now_us);
void lc_copy_said(struct lifecycle *lc, const char *said); /* or NULL */
void lc_begin_end(struct lifecycle *lc); /* a new passage, from its end part */
uint32_t lc_launch(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_run_first(struct lifecycle *lc, uint64_t now_us); /* -> BOOTING */
void lc_boot(struct lifecycle *lc, uint64_t now_us);	      /* -> BOOTING */
uint32_t lc_run_epoch(struct lifecycle *lc, uint64_t now_us); /* -> BOOTING */
uint32_t lc_settle(struct lifecycle *lc, enum wish w, enum answer a);
bool lc_wants_stop(const struct lifecycle *lc);

/* lifecycle_guest.c */
lc_handler lc_on_agent, lc_on_commit_lost;
uint32_t lc_serve(struct lifecycle *lc, uint64_t now_us);     /* -> SERVING */
uint32_t lc_quiesce(struct lifecycle *lc, uint64_t now_us);   /* -> QUIESCING */
uint32_t lc_await_end(struct lifecycle *lc, uint64_t now_us); /* -> ENDING */
uint32_t lc_silent(struct lifecycle *lc, uint64_t now_us);
bool lc_strange_image(const struct lifecycle *lc);
/* a PERFORM may follow its reset */
bool lc_is_secure(const struct lifecycle *lc);

/* lifecycle_wish.c */
lc_handler lc_on_wish, lc_on_wish_early, lc_on_wish_late;
/*
 * lc_take_wish() - take a wish, or say why not
 * Return: true: it is lc->wish now, and new; @acts may hold an answer for
 *	another one
 */
bool lc_take_wish(struct lifecycle *lc, enum wish w, uint64_t now_us,
		  uint32_t *acts);
uint32_t lc_pursue(struct lifecycle *lc, uint64_t now_us); /* ask for it */
uint32_t lc_not_up_in_time(struct lifecycle *lc, uint64_t now_us);
void lc_hurry(struct lifecycle *lc, uint64_t now_us);

/* lifecycle_judge.c */
struct evidence lc_evidence(const struct lifecycle *lc);
/* lc_decide() - Return: actions; 0: it is held back, in LC_HOLDING */
uint32_t lc_decide(struct lifecycle *lc, const struct evidence *e, bool healthy,
		   bool alive, uint64_t now_us);
/* lc_decide_held() - the same, for what was held back */
uint32_t lc_decide_held(struct lifecycle *lc, uint64_t now_us);
/* lc_keep() - Return: true: it is kept as it is, in LC_PANICKED */
bool lc_keep(struct lifecycle *lc, const struct evidence *e, uint64_t now_us);
void lc_release(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_backoff_ms(const struct lifecycle *lc); /* 0: begin at once */

/* lifecycle_wait.c */
lc_handler lc_on_wish_waiting, lc_on_memory_waiting, lc_on_wish_panicked;
lc_handler lc_on_cpu;
lc_handler lc_on_wish_held, lc_on_cleanup;
uint32_t lc_hold(struct lifecycle *lc, uint64_t now_us); /* -> HOLDING */
uint32_t lc_look_at_held(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_launch_later(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_waited(struct lifecycle *lc, uint64_t now_us); /* long enough */
uint32_t lc_be_patient(struct lifecycle *lc, enum lc_state s, uint64_t now_us);
/* lc_measure() - Return: false: it was tried, or for long enough */
bool lc_measure(struct lifecycle *lc, uint64_t now_us);

/* lifecycle_admit.c */
lc_handler lc_on_admission, lc_on_wish_admitting, lc_on_room;
uint32_t lc_admit(struct lifecycle *lc, uint64_t now_us); /* -> ADMITTING */
uint32_t lc_ask_again(struct lifecycle *lc, uint64_t now_us);
bool lc_is_relaunch(const struct lifecycle *lc); /* it has run before */

/* lifecycle_pressure.c */
lc_handler lc_on_pressure, lc_on_relief;
lc_handler lc_on_agent_paused, lc_on_shutdown_paused, lc_on_wish_paused;
/* lc_must_pause() - QMP is negotiated: pressure came before the guest ran */
bool lc_must_pause(const struct lifecycle *lc);
uint32_t lc_pause(struct lifecycle *lc, uint64_t now_us); /* -> PAUSED */
uint32_t lc_continue(struct lifecycle *lc, uint64_t now_us);
/* lc_pause_on() - likewise, where the pause began under an earlier shim */
uint32_t lc_pause_on(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_on_own_stop(struct lifecycle *lc); /* that of ACT_PAUSE */

/* lifecycle_end.c */
lc_handler lc_on_shutdown, lc_on_stop, lc_on_status, lc_on_reset;
lc_handler lc_on_told_to_end, lc_on_exited, lc_on_reaped;
lc_handler lc_on_qmp_lost, lc_on_qmp_refused;
lc_handler lc_on_status_refused, lc_on_reset_refused;
lc_handler lc_on_memory_back, lc_on_launch_failed;
/* QEMU was reaped: begin anew, or -> DRAINING */
uint32_t lc_drain(struct lifecycle *lc, uint64_t now_us);
/* no QEMU is there, and none is to come: -> DRAINING or ENDED */
uint32_t lc_leave(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_gone(struct lifecycle *lc); /* answer who waits for that alone */
/* judge an end of QEMU that nobody saw */
uint32_t lc_unobserved(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_force(struct lifecycle *lc, enum vm_end end, uint64_t now_us);
uint32_t lc_judge(struct lifecycle *lc, bool healthy, uint64_t now_us);
uint32_t lc_do_decided(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_quit(struct lifecycle *lc, uint64_t now_us); /* -> QUITTING */
uint32_t lc_deaf(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_out_of_patience(struct lifecycle *lc, uint64_t now_us);
uint32_t lc_memory_held(struct lifecycle *lc, uint64_t now_us);
void lc_will_stop(struct lifecycle *lc); /* whatever was planned */

/* lifecycle_saved.c */
void lc_take_back(struct lifecycle *lc, const struct lc_saved *s);

/* lifecycle_adopt.c */
lc_handler lc_on_adopt, lc_on_adopt_up, lc_on_adopt_shutdown, lc_on_found;
lc_handler lc_on_adopt_lost, lc_on_adopt_refused, lc_on_adopt_exited;
lc_handler lc_on_adopt_wish;
uint32_t lc_not_found_in_time(struct lifecycle *lc, uint64_t now_us);
/* a HELLO of the current epoch tells where the guest is */
uint32_t lc_on_hello_again(struct lifecycle *lc, const struct msg_hello *h,
			   uint64_t now_us);
/* an adopted guest's INTENT names an operator whom nobody knows any more */
void lc_infer_wish(struct lifecycle *lc, uint64_t now_us);

#endif
