/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/shim_impl.h - between the files of the shim
 *
 *   shim.c             opens, closes; signals, deadlines, frames become events
 *   shim_qmp.c         what QEMU says on QMP becomes events
 *   shim_generation.c  QEMU begins, is watched, and ends
 *   shim_teardown.c    what is left of a QEMU that has ended
 *   shim_memory.c      a start waits for the host's memory
 *   shim_pressure.c    a start gives way to a generation that drains
 *   shim_actions.c     actions become system calls and messages
 *   shim_calls.c       what is asked on the control socket
 *   shim_events.c      what those who watch are told
 *   shim_past.c        the history, read and written
 *   shim_logs.c        what QEMU writes is bounded
 *   shim_adopt.c       what one shim leaves to the next
 *   shim_handover.c    a new program takes charge
 *
 * None decides anything: what a reboot would do is said by prospect.c, what
 * people are told by report.c, everything else by the lifecycle.
 */
#ifndef HOST_SHIM_IMPL_H
#define HOST_SHIM_IMPL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/cgroup/cgroup.h"
#include "host/config/image.h"
#include "host/config/running_record.h"
#include "host/core/lifecycle.h"
#include "host/loop.h"
#include "host/memory/domains.h"
#include "host/memory/gauge.h"
#include "host/memory/ledger.h"
#include "host/qemu/generation.h"
#include "host/qemu/oom.h"
#include "host/qemu/qmp.h"
#include "host/report.h"
#include "host/shim.h"
#include "host/systemd/service.h"
#include "host/teardown.h"

/* So many generations may drain beside a start; and beside one that was not
 * admitted, which then drains, too. */
enum { SHIM_CALLS = 16, SHIM_DRAINS = 4, SHIM_TEARDOWNS = SHIM_DRAINS + 1 };

/* A call of the control socket that waits for its wish to be settled. */
struct shim_call {
	uint32_t call;
	enum wish wish; /* WISH_NONE: the slot is free */
	bool memory;	/* of a stop: it waits for the memory, too */
};

struct shim {
	const struct shim_options *opt;
	struct loop loop;
	struct lifecycle lc;
	int exit_code;
	uint64_t started_us;
	off_t log_from;	 /* of qemu.log: where this generation's words begin */
	int log_fd;	 /* of qemu.log, for reading; -1: none */
	off_t log_read;	 /* so far */
	off_t log_heard; /* nothing before it matters any more */
	int logs_fd;	 /* tells that one was written; < 0: none */
	bool logs_told;	 /* that one has grown beyond its bound */
	int ready_fd;	 /* -1: none, or nobody reads it any more */
	int tap_fd;	 /* of NETWORK_TAP; -1: none */
	int signal_fd, timer_fd;
	int qemu_slot, helper_slot; /* of their pidfds; -1: none */
	bool helper_told;	    /* of this generation, if it has none */
	bool helper_first;	    /* it ended before QEMU did */
	bool history_failed;	    /* and it was said */
	bool to_trim; /* a start has used more memory than the rest will */
	struct process process;
	struct oom_watch oom;
	struct cgroup_leaf leaf[CGROUP_HIERARCHIES]; /* in which it was born */
	struct promise_slot
		promise;    /* its own, or of the next one that waits */
	struct stake stake; /* of the generation that runs, or ran last */
	struct gauge gauge;
	struct domains domains; /* whose memory it takes */
	char ledger[LEDGER_PATH];
	bool leaf_told;				  /* that there is none */
	struct teardown teardown[SHIM_TEARDOWNS]; /* the oldest first */
	size_t teardowns;
	int drain_timer_fd;
	int pressure_fd, pressure_slot;	  /* -1: none */
	bool pressure_told;		  /* that there can be none */
	char memory_said[ADMISSION_TEXT]; /* the ledger's numbers */
	struct qmp *qmp;
	struct agent *agent;
	struct console *console;
	struct control *control;
	struct {
		uint32_t call;
		struct process process;	  /* the new program, at its check */
		int slot, output;	  /* -1: none */
		int timer_fd, timer_slot; /* of the check; likewise */
		bool late;		  /* it has taken too long */
		char program[PATH_MAX];
	} handover;
	const struct image *booted; /* what runs, or ran last */
	struct image adopted_image; /* that, where another shim booted it */
	int record_fd;		    /* -1, -errno: none */
	bool record_told;	    /* that it cannot be written */
	struct record record;	    /* as it was written last */
	json_t *console_now, *console_last; /* lines of an unclean end; NULL */
	struct service service;
	struct shim_call calls[SHIM_CALLS];
	struct lc_event later[LC_EVENTS]; /* found while acting on another */
	unsigned int later_count;
};

/* shim_init() - one that has no descriptor yet; @options is borrowed for as long
 * as it is used */
void shim_init(struct shim *s, const struct shim_options *options);

/* shim_step() - tell the lifecycle, act; then what was found meanwhile */
void shim_step(struct shim *s, const struct lc_event *ev);
void shim_step_type(struct shim *s, enum lc_event_type type);

/* shim_overdue() - the deadline has passed: EV_DEADLINE, once all that has come
 * was heard: it may have set another one */
void shim_overdue(struct shim *s);

/* shim_logs_bound() - of each step, for a user may be woken by only so many
 * logs; shim_logs_watch() - Return: >= 0; -errno */
int shim_logs_watch(struct shim *s);
void shim_logs_bound(struct shim *s);
void shim_logs_close(struct shim *s);

/* shim_later() - an event found by an action: after those that remain, in place
 * of one of its type that waits already. None is lost */
void shim_later(struct shim *s, const struct lc_event *ev);
void shim_later_type(struct shim *s, enum lc_event_type type);

/* shim_act() - carry out a set of enum lc_action, lowest bit first */
void shim_act(struct shim *s, uint32_t acts);

/* what QMP says (shim_qmp.c); shim_judge(): @ev is that the VM stands in the
 * gate and QEMU answers, see lifecycle_will_relaunch() */
extern const struct qmp_ops shim_qmp_ops;
void shim_judge(struct shim *s, const struct lc_event *ev);

/* shim_launch() - ACT_LAUNCH: a new generation (shim_generation.c) */
void shim_launch(struct shim *s);

/* shim_end_unwatched() - kill a QEMU that was just started, and whose end
 * nobody would see. @why: -errno of shim_watch_process() */
void shim_end_unwatched(struct shim *s, int why);

/* shim_hear() - all that QEMU and its guest have said, and that it has ended */
void shim_hear(struct shim *s);

/* shim_close_generation() - forget the QEMU that has ended */
void shim_close_generation(struct shim *s);

/* shim_connect_generation() - @g: its sockets are taken over. Return: 0; -errno
 */
int shim_connect_generation(struct shim *s, const struct generation *g);

/* shim_watch_process(), shim_watch_helper() - their ends become events. Return:
 * 0; -errno: nobody will see QEMU's end */
int shim_watch_process(struct shim *s);
void shim_watch_helper(struct shim *s);

/* The generations that drain (shim_teardown.c): shim_teardown() is ACT_NUDGE.
 * shim_teardown_adopt(): likewise of an earlier shim, at most SHIM_TEARDOWNS of
 * them; @p, its helper and the pid that its QEMU had, is taken over;
 * @generation may be 0: not known.
 * Return: >= 0; -errno */
int shim_teardown_open(struct shim *s);
void shim_teardown(struct shim *s);
void shim_teardown_adopt(struct shim *s, struct process *p,
			 uint32_t generation);
void shim_teardown_close(struct shim *s);

/*
 * The host's memory (shim_memory.c). shim_admit() is ACT_ADMIT: an EV_ADMISSION
 * follows. shim_promise(): it starts, admitted or not. shim_promised(): what
 * was promised is QEMU's now. shim_serves(): so it is not to be killed before
 * others; what the ledger could not be told of it is told again. shim_retake():
 * of an adopted QEMU. shim_retake_drain(): of one that has ended; none if it
 * has none. shim_room(): tell the lifecycle whether a second generation would
 * fit, and a reset in place; shim_claim(): promise what a reset in
 * place takes to the one that @ev will reset; shim_spare(): tell whoever asks.
 * shim_leave_queue(): a start that waited will not be.
 */
int shim_memory_open(struct shim *s, char *error);
void shim_admit(struct shim *s);
void shim_promise(struct shim *s);
void shim_promised(struct shim *s);
void shim_serves(struct shim *s);
void shim_retake(struct shim *s, pid_t qemu);
void shim_retake_drain(struct shim *s, pid_t qemu, struct promise_slot *p);
void shim_room(struct shim *s);
void shim_claim(struct shim *s, const struct lc_event *ev);
json_t *shim_spare(struct shim *s);
void shim_leave_queue(struct shim *s);

/* Memory that is scarce (shim_pressure.c): be woken by it if the lifecycle
 * would heed it, or no longer; close; log a pause, or the end of one */
void shim_pressure_watch(struct shim *s);
void shim_pressure_close(struct shim *s);
void shim_pressure_tell(const struct shim *s, enum lc_state before);

/* shim_no_leaf() - forget in which cgroups QEMU was born */
void shim_no_leaf(struct shim *s);

/* A record for the next shim (shim_adopt.c): begin, note what was launched,
 * write it if it has changed, end */
void shim_keep_begin(struct shim *s);
void shim_keep_booted(struct shim *s, const struct image *image);
void shim_keep(struct shim *s);
void shim_keep_end(struct shim *s);

/* From an earlier shim (shim_adopt.c): begin with opt->leftover, ACT_CONNECT,
 * ACT_ASK, and the answer to ACT_CLAIM. shim_hear_log(): what QEMU said on QMP while
 * nobody listened. shim_adopt() returns 0; -errno: its QEMU cannot be watched,
 * and is left alone */
int shim_adopt(struct shim *s);
void shim_connect(struct shim *s);
void shim_ask(struct shim *s);
void shim_hear_log(struct shim *s);
void shim_found(struct shim *s, const json_t *status);

/* What an event may change that watchers are told of (shim_events.c). */
struct shim_seen {
	enum lc_state state;
	uint64_t epoch;
	uint8_t boot_stage;
};

/* shim_see() - as it is now */
struct shim_seen shim_see(const struct shim *s);

/* shim_tell() - tell watchers what is other than @before, and what was done */
void shim_tell(struct shim *s, const struct shim_seen *before, uint32_t acts);

/*
 * shim_show_wait() - tell who looks at the terminal what is waited for, if it is
 * @on:		false: something else is to be written there
 */
void shim_show_wait(struct shim *s, bool on);

/* shim_report() - what report.h needs to know, borrowed from @s */
struct report shim_report(const struct shim *s);

/* shim_learn() - from the history, before EV_START (shim_past.c) */
void shim_learn(struct shim *s);

/* shim_record() - lc->last becomes a line of the history */
void shim_record(struct shim *s);

/*
 * shim_refuse_budget() - refuse a reboot that would not hold its budget
 * @budget_us:	0: none
 * @wish:	may become the way that holds it
 * Return: true: the call was answered
 */
bool shim_refuse_budget(struct shim *s, uint32_t call, uint64_t budget_us,
			enum wish *wish);

/* shim_handover.c: remember which program this is; end a check of it; take
 * over the calls of the program before it, and answer once what it left is
 * adopted */
void shim_handover_begin(struct shim *s);
void shim_handover_end(struct shim *s);
void shim_handover_join(struct shim *s);
void shim_handover_done(struct shim *s);

/* shim_open_links() - the sockets of operators (shim_calls.c). Return: >= 0;
 * else -errno, @error has a sentence or is empty */
int shim_open_links(struct shim *s, char *error);

/* Every call whose wish was settled: ACT_ANSWER, ACT_SUPERSEDED, ACT_GONE */
void shim_answer(struct shim *s);
void shim_answer_superseded(struct shim *s);
void shim_answer_gone(struct shim *s);

/* shim_wait_again() - a call that has waited already, for the wish that the
 * record has; shim_wait_no_more() - those whose wish is not pending after all.
 * @call: 0: nobody asks */
void shim_wait_again(struct shim *s, uint32_t call, bool memory);
void shim_wait_no_more(struct shim *s);

/* The control_ops that other files answer: past, events, handover */
json_t *shim_plan(void *ctx, enum wish wish, uint64_t budget_us);
json_t *shim_begin(void *ctx);
void shim_handover(void *ctx, uint32_t call);

#endif
