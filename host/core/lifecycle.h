/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/lifecycle.h - the life of one appliance
 *
 * Theory of operation: one state, one event, and the time of it go in; the
 * next state, a set of actions and one deadline come out. The shell
 * (host/shim.c) turns descriptors into events and carries the actions out; all
 * that is decided is decided here. Pure: no system call, no clock, no
 * allocation, so that a test can walk every state with every event.
 *
 *	        start              up            HELLO, READY
 *	DOWN -> ADMITTING -> LAUNCHING -> BOOTING ------------> SERVING
 *	            ^  admitted              ^                     | REQUEST
 *	            |                        | RESET, cont         v
 *	 QEMU reaped|                    RESETTING             ASKING
 *	            |                        ^                     | INTENT
 *	            |            in place    |                     v
 *	         QUITTING <-------------- JUDGING <---------- QUIESCING
 *	            |            else              STOP     QUIESCED, COMMIT
 *	            v QEMU reaped                           (then ENDING)
 *	         DRAINING ----> ENDED
 *	              memory back
 *
 * STOP can come in every running state; so can the end of QEMU itself. Besides
 * these: POWERING, a guest that never spoke had its button pressed; PANICKED,
 * it is kept as it is; WAITING, a pause before ADMITTING; HOLDING, one between
 * JUDGING and RESETTING, of a secure guest; PAUSED, one of LAUNCHING or BOOTING
 * beside a generation that drains. The memory of one that has ended may be held
 * for long after the next one has begun.
 */
#ifndef HOST_CORE_LIFECYCLE_H
#define HOST_CORE_LIFECYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/msg.h"
#include "host/core/admission.h"
#include "host/core/cleanup.h"
#include "host/core/epoch.h"
#include "host/core/phases.h"
#include "host/core/planner.h"
#include "host/core/predict.h"
#include "host/core/verdict.h"

enum lc_state {
	LC_DOWN,      /* nothing was started */
	LC_ADOPTING,  /* an earlier shim's QEMU is there; QMP has not said more
		       */
	LC_LAUNCHING, /* QEMU starts, paused; QMP is not negotiated */
	LC_BOOTING,   /* the guest runs; no READY yet */
	LC_SERVING,   /* READY */
	LC_ASKING,    /* REQUEST sent, no INTENT yet */
	LC_QUIESCING, /* GRANT sent, no QUIESCED yet */
	LC_ENDING,    /* COMMIT sent, no STOP yet */
	LC_JUDGING,   /* STOP seen; does QMP answer? */
	LC_RESETTING, /* system_reset sent, no RESET yet */
	LC_QUITTING,  /* QEMU was told to end, and has not yet */
	LC_DRAINING,  /* the last QEMU reaped, memory not back */
	LC_ENDED,     /* over; the shell leaves its loop */
	LC_POWERING,  /* system_powerdown sent to a guest without an agent */
	LC_PANICKED,  /* its kernel panicked, and it is kept for inspection */
	LC_WAITING,   /* it failed again: the next start is due later */
	LC_HOLDING,   /* a reset waits until the last one's PERFORM has begun */
	LC_ADMITTING, /* a start waits until the ledger admits it */
	LC_PAUSED,    /* a first boot waits until memory is less scarce */
	LC_STATES,
};

/* What an operator wants; at most one is pending. */
enum wish {
	WISH_NONE,
	WISH_REBOOT,   /* the planner chooses */
	WISH_IN_PLACE, /* in place if it can be */
	WISH_FULL,
	WISH_STOP,
	WISH_STOP_NOW, /* the same, and the guest is not asked */
	WISH_SHUTDOWN, /* the same; it is asked, and may not refuse */
	WISHES,
};

enum lc_event_type {
	EV_START,    /* begin */
	EV_ADOPT,    /* begin with what an earlier shim left: @left */
	EV_FOUND,    /* how the VM was found, in answer to ACT_CLAIM: @vm */
	EV_UP,	     /* QMP negotiated */
	EV_AGENT,    /* a frame of the current epoch: @msg */
	EV_SHUTDOWN, /* QEMU says that the epoch is over: @end */
	EV_STOP,     /* the VM is stopped; the agent's last words were read */
	EV_STATUS,   /* the answer to ACT_PROBE */
	EV_RESET,    /* QEMU has reset */
	EV_QMP_LOST, /* QMP closed, broke its protocol, or does not read */
	EV_QMP_REFUSED,	  /* QEMU refused what the gate needs */
	EV_EXITED,	  /* QEMU reaped: @wait_status; -1: nobody can tell */
	EV_MEMORY_BACK,	  /* nothing holds memory of those that ended */
	EV_PRESSURE,	  /* the host is short of memory; heeded by few */
	EV_ADMISSION,	  /* the answer to ACT_ADMIT: @admission */
	EV_ROOM,	  /* before a judgement: @fits_twice, @cramped */
	EV_LAUNCH_FAILED, /* QEMU could not even be started */
	EV_COMMIT_LOST,	  /* ACT_COMMIT could not be carried out */
	EV_WISH,	  /* an operator: @wish */
	EV_CPU,		  /* the answer to ACT_MEASURE */
	EV_CLEANUP,	  /* the answer to ACT_LOOK: @sight */
	EV_PV_FAILED,	  /* QEMU said so: @pv. Before what came of it */
	EV_DEADLINE,	  /* lifecycle_deadline() has passed */
	LC_EVENTS,
};

/* How an adopted VM was found. */
enum vm_found {
	VM_RUNNING,
	VM_READY_TO_RUN, /* launched or reset, and not continued */
	VM_STOPPED,	 /* in the gate */
	VMS_FOUND,
};

struct lc_left;

struct lc_event {
	enum lc_event_type type;
	union {
		const struct msg *msg;
		enum vm_end end;
		int wait_status;
		enum wish wish;
		const struct lc_left *left; /* host/core/adopt.h */
		enum vm_found vm;
		struct pv_failure pv;
		struct cleanup_sight sight;
		uint64_t cpu_us; /* that QEMU's main thread has used */
		enum admission admission;
		struct {
			bool fits_twice; /* a second generation */
			bool cramped;	 /* but not what a reset takes */
		};
	};
	const char *said;  /* EV_SHUTDOWN: QEMU's details; EV_ADMISSION: the
			    * numbers; or NULL */
	enum oom oom;	   /* EV_EXITED: did the kernel kill it? */
	bool helper_first; /* likewise: its helper had ended before it */
	bool full;	   /* EV_ADMISSION: as many drain as can be followed */
};

enum lc_action {
	ACT_LAUNCH = 1 << 0,  /* spawn QEMU, paused; connect */
	ACT_RUN = 1 << 1,     /* cont after launch */
	ACT_WELCOME = 1 << 2, /* to the agent, and so on */
	ACT_REQUEST = 1 << 3, /* lc->asked_intent, cfg.grace_ms */
	ACT_GRANT = 1 << 4,   /* lc->epoch.intent, lc->granted_ms */
	ACT_COMMIT = 1 << 5,
	ACT_PROBE = 1 << 6,	 /* query-status */
	ACT_RESET = 1 << 7,	 /* reconnect the agent; allow and do a reset */
	ACT_CONT = 1 << 8,	 /* forbid resets again; cont */
	ACT_QUIT = 1 << 9,	 /* QMP quit */
	ACT_TERM = 1 << 10,	 /* SIGTERM to QEMU alone */
	ACT_KILL = 1 << 11,	 /* SIGKILL to QEMU alone */
	ACT_NUDGE = 1 << 12,	 /* QEMU was reaped: follow its teardown */
	ACT_READY = 1 << 13,	 /* the payload is ready: tell who waits */
	ACT_JUDGED = 1 << 14,	 /* lc->now has cause and strategy: log it */
	ACT_RECORD = 1 << 15,	 /* lc->last is complete: log it */
	ACT_ANSWER = 1 << 16,	 /* lc->answer for every call of lc->answered */
	ACT_FINISH = 1 << 17,	 /* leave; exit code is cause_exit() */
	ACT_CONNECT = 1 << 18,	 /* to the sockets of the QEMU that was found */
	ACT_CLAIM = 1 << 19,	 /* all four actions again; log; query-status */
	ACT_ASK = 1 << 20,	 /* the agent: who are you, and where? */
	ACT_MEASURE = 1 << 21,	 /* how busy is QEMU's main thread? */
	ACT_POWERDOWN = 1 << 22, /* QMP system_powerdown */
	ACT_STRANGE = 1 << 23,	 /* it booted another image: warn */
	ACT_TELL_WAIT = 1 << 24, /* until lc->deadline_us: log it */
	ACT_LOOK = 1 << 25,	 /* for the thread of lc->cleanup */
	ACT_TELL_RESET = 1 << 26,  /* lc->cleanup.kind is known: log it */
	ACT_ADMIT = 1 << 27,	   /* ask the ledger */
	ACT_TELL_MEMORY = 1 << 28, /* lc->memory_said; "": it is there */
	ACT_GONE = 1 << 29, /* as ACT_ANSWER, but for who waits for memory */
	ACT_SUPERSEDED = 1 << 30, /* likewise for lc->superseded */
	ACT_PAUSE = 1u << 31,	  /* stop; ACT_CONT follows, or its end */
};

/* How a wish was settled. */
enum answer {
	ANSWER_DONE,	   /* lc->last tells how */
	ANSWER_BUSY,	   /* another wish is under way */
	ANSWER_SUPERSEDED, /* a stop took its place */
	ANSWER_REFUSED,	   /* the guest's sealed policy forbids it */
	ANSWER_ENDED,	   /* the appliance ended instead */
	ANSWERS,
};

enum on_panic { ON_PANIC_RESTART, ON_PANIC_PAUSE, ON_PANIC_STOP };

struct lc_config {
	uint32_t boot_ms;  /* launch to READY */
	uint32_t grace_ms; /* GRANT to QUIESCED, for an operator's wish */
	uint32_t heartbeat_ms;
	uint32_t ask_ms;     /* REQUEST to INTENT */
	uint32_t commit_ms;  /* COMMIT to STOP */
	uint32_t exit_ms;    /* an idle QEMU may be deaf for so long */
	uint32_t destroy_ms; /* a busy one, or its helper: deadlines.h */
	uint32_t silence_ms; /* the agent's, before it is lost; 0: any */
	enum on_panic on_panic;
	uint32_t admission_ms;	  /* a start waits so long for memory */
	bool start_late;	  /* and begins then, instead of giving up */
	bool secure_wanted;	  /* the guest must say that it is secure */
	bool reset_waits;	  /* destroys all of a secure guest at once */
	bool could_be_secure;	  /* a guest that cannot tell */
	bool poweroff_unseen;	  /* nothing in the machine tells of it */
	bool restart_clean;	  /* start again after a clean reboot */
	bool restart_poweroff;	  /* start again after a clean power-off */
	bool restart_crashed;	  /* start again after anything unclean */
	uint32_t crash_limit;	  /* more than so many crashes ... */
	uint32_t crash_window_ms; /* ... in so long: give up */
	uint32_t backoff_ms; /* before the second start in a row; doubles */
	uint32_t backoff_max_ms;
	char image[MSG_IMAGE_MAX + 1]; /* as HELLO should have it; "": any */
};

/* A start, restart or end, as told to people. */
struct passage {
	enum cause cause;
	enum strategy strategy;
	const char *reason; /* the planner's words, static */
	char evidence[EVIDENCE_SENTENCE];
	struct marks marks;
	uint64_t wish_us; /* from the wish to its fulfilment; 0: no wish */
	uint32_t tries;	  /* ends that it took; more than 1: some failed */
	bool failed;	  /* a crash loop: it stays down until it is reset */
};

enum { LC_CRASHES = 16 };

struct lifecycle {
	struct lc_config cfg;
	enum lc_state state;
	enum lc_state
		before; /* LC_ADOPTING: that of the shim before this one */
	uint64_t deadline_us; /* 0: none */

	enum wish wish;
	bool wish_acted;      /* the passage under way fulfils it */
	uint64_t wish_us;     /* when it was made */
	uint32_t wish_tries;  /* ends judged since */
	bool insist;	      /* WISH_SHUTDOWN was said */
	uint8_t asked_intent; /* of the REQUEST under way */
	uint32_t granted_ms;

	uint32_t generation; /* counted from 1 */
	uint32_t boot;	     /* of this generation, counted from 1 */
	struct epoch epoch;

	enum vm_end end; /* what SHUTDOWN and its like said */
	bool end_known;
	char said[EVIDENCE_SAID]; /* its details */
	struct pv_failure pv;	  /* of this epoch, the one that matters */
	uint32_t missing;	  /* of END_UNOBSERVED, a set of enum missing */
	bool qmp_ok;		  /* it speaks QMP */
	bool stopped;		  /* STOP was seen in this epoch */
	bool ever_up;		  /* some generation has spoken QMP */
	bool adopted;		  /* this epoch began before this shim */
	bool other_image;	  /* than the one to boot next: what runs */
	uint32_t exit_step;	  /* 0 quit, 1 SIGTERM, 2 SIGKILL */
	uint64_t cont_us;	  /* of the last in-place reset */
	uint32_t firmware_resets; /* granted since then */
	struct cleanup cleanup;	  /* behind it, of a secure guest */

	uint64_t crashes_us[LC_CRASHES]; /* a ring */
	uint32_t crash_count;
	uint32_t failures;  /* in a row */
	uint64_t served_us; /* READY of this boot; 0: not yet */

	uint64_t admit_until_us;
	bool admission_told;		 /* that this start waits */
	char memory_said[EVIDENCE_SAID]; /* what the ledger answered last */
	bool memory_out;		 /* of generations that have ended */
	bool fits_twice;		 /* when EV_ROOM came last */
	bool cramped;			 /* likewise */

	bool gave_way;	       /* this generation, to one that drains: once */
	bool held;	       /* ACT_PAUSE was said, and no ACT_CONT since */
	uint64_t boot_left_us; /* LC_PAUSED: of its boot_ms */

	uint64_t patient_until_us; /* a busy QEMU may be deaf until then */
	uint64_t cpu_us;	   /* of its main thread, when last measured */
	bool measuring;

	struct passage now;  /* under way */
	bool ending;	     /* of its two halves, the end, not the start */
	struct passage last; /* complete */
	enum answer answer;
	enum wish answered;   /* which wish ACT_ANSWER settles */
	enum wish superseded; /* and which one ACT_SUPERSEDED does */

	struct past past; /* may be filled before EV_START */
};

void lifecycle_init(struct lifecycle *lc, const struct lc_config *cfg);

/*
 * lifecycle_step() - one event
 * @now_us:	CLOCK_MONOTONIC, microseconds, never 0 and never going back
 * Return: a set of enum lc_action, to be carried out in the order of its bits
 */
uint32_t lifecycle_step(struct lifecycle *lc, const struct lc_event *ev,
			uint64_t now_us);

/* lifecycle_deadline() - when EV_DEADLINE is due, as @now_us; 0: not at all */
uint64_t lifecycle_deadline(const struct lifecycle *lc);

/*
 * lifecycle_prospect() - the facts that a reboot asked for now would end in
 * Return: a set of enum fact, for outlook_make()
 */
uint32_t lifecycle_prospect(const struct lifecycle *lc);

/*
 * lifecycle_gives_way() - would EV_PRESSURE change anything?
 * Return: true: it boots for the first time beside one that drains
 */
bool lifecycle_gives_way(const struct lifecycle *lc);

/*
 * lifecycle_will_relaunch() - will @ev lead to a restart in full?
 * lifecycle_will_reset() - or to a reset in place, at once or held back?
 * @ev:		EV_STATUS, or EV_FOUND of a VM that has stopped
 * Both are of use before it: EV_ROOM is for the one, ledger_grow() for the other.
 */
bool lifecycle_will_relaunch(const struct lifecycle *lc,
			     const struct lc_event *ev, uint64_t now_us);
bool lifecycle_will_reset(const struct lifecycle *lc, const struct lc_event *ev,
			  uint64_t now_us);

/* lc_state_name() - "serving" and so on */
const char *lc_state_name(enum lc_state s);

#endif
