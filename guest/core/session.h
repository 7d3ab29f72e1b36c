/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/core/session.h - one epoch of the guest, as PID 1 lives it
 *
 * Pure: no system call, no clock, no allocation. The shell (guest/init.c) turns
 * what happens into a struct session_event, hands it over with the time, sends
 * the messages that come out and carries out the actions.
 */
#ifndef GUEST_CORE_SESSION_H
#define GUEST_CORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/msg.h"
#include "guest/core/notify.h"
#include "guest/core/restart.h"

enum {
	SESSION_HELLO_MS = 1000, /* between HELLOs, until WELCOME */
	/* an absent host costs no more than this, twice: for GRANT and COMMIT */
	SESSION_GRANT_MS = CONFIG_GUEST_GRANT_WAIT_MS,
	/* one that has welcomed us may be busy: late, it has a failure to tell */
	SESSION_COMMIT_MS = CONFIG_GUEST_COMMIT_WAIT_MS,
	SESSION_KILL_MS = 5000,	  /* for what was killed to be gone */
	SESSION_QUIET_MS = 10000, /* for sync and unmount */
	SESSION_REBOOT_MS = 2000, /* for the child that calls reboot(2) */
	SESSION_OUT_MAX = 4,	  /* messages of one step */
};

#define SESSION_NEVER UINT64_MAX

/* What the sealed init.conf says. */
struct session_rules {
	uint32_t grace_ms;     /* between TERM and KILL, 0..GRACE_MAX_MS */
	uint32_t grace_max_ms; /* as far as the payload may extend it */
	bool ready_at_start;   /* else the payload says so */
	bool host_may_reboot;  /* also INTENT_UPDATE */
	bool host_may_poweroff;
	/* the payload's deadlines; 0: none */
	uint32_t ready_within_ms; /* from its start */
	uint32_t watchdog_ms;	  /* between signs of life, once ready */
	uint32_t health_ms;	  /* between health commands, once ready */
	uint32_t health_timeout_ms;
	uint32_t health_failures; /* in a row, which are too many */
	struct restart_rules restart;
};

/* What this boot is; told in HELLO. */
struct session_id {
	uint64_t epoch; /* never 0 */
	char image[MSG_IMAGE_MAX + 1];
	uint8_t secure;	  /* as in struct msg_hello */
	uint32_t init_ms; /* boot clock at PID 1's start */
};

enum session_event_kind {
	SEV_BOOTED,	 /* mounts are there: the payload may start */
	SEV_LINKED,	 /* the port has (again) a host behind it */
	SEV_UNLINKED,	 /* the host has left the port */
	SEV_MSG,	 /* .msg came from the host */
	SEV_DROPPED,	 /* .count bytes or frames were refused */
	SEV_TIMER,	 /* the deadline may have passed */
	SEV_STARTED,	 /* the payload was executed */
	SEV_NOT_STARTED, /* it could not be, for errno .count */
	SEV_READY,	 /* the payload says that it is ready */
	SEV_NOTIFY,	 /* the payload says .notify */
	SEV_CHECKED,	 /* the health command ended with status .count */
	SEV_EXITED,	 /* the payload ended with wait status .count, .oom */
	SEV_ALONE,	 /* PID 1 has no child left */
	SEV_WISH,	 /* somebody inside wants .intent, for .cause */
	SEV_QUIET,	 /* SACT_QUIET has ended */
	SEV_PROOF,	 /* SACT_PROVE read .proof */
	SEV_STILL_HERE,	 /* SACT_REBOOT had no effect */
	SEV_STAGE,	 /* the boot has come to enum boot_stage .count */
	SEV_KINDS,
};

struct session_event {
	enum session_event_kind kind;
	union {
		const struct msg *msg; /* borrowed for the step */
		struct {
			uint32_t count;
			bool oom; /* the kernel killed it for memory */
		};
		struct notify notify;
		struct {
			enum intent intent;
			enum intent_cause cause;
			uint32_t detail; /* of struct msg_intent */
		};
		struct proof proof;
	};
};

enum session_action {
	SACT_START,    /* start the payload: STARTED or NOT_STARTED follows */
	SACT_WELCOMED, /* generation and boot are known: tell the payload */
	SACT_HEALTH,   /* run the health command: CHECKED follows */
	SACT_HEALTH_STOP, /* it takes too long: kill it */
	SACT_TERM,	  /* SIGTERM to the payload: EXITED follows */
	SACT_KILL,	  /* SIGKILL to all but PID 1: ALONE follows */
	SACT_QUIET,	  /* sync, unmount: QUIET follows */
	SACT_PROVE,	  /* read the proof back: PROOF follows at once */
	SACT_REBOOT,	  /* reboot(2) as .intent says, from a child */
	SACT_REBOOT_SELF, /* the same by PID 1 */
	SACT_KINDS,
};

/* Where the payload is. */
enum payload_state {
	PAY_NONE,     /* not started yet, or for good ended */
	PAY_STARTING, /* not yet executed */
	PAY_UP,	      /* not yet ready */
	PAY_READY,
	PAY_STOPPING, /* it says that it ends */
	PAY_KILLED,   /* it was overdue */
	PAY_CLEARING, /* it ended; what it left behind is killed */
	PAY_RESTING,  /* until it is started again */
};

/* Steps of GPHASE_QUIESCING. */
enum session_stop {
	STOP_NONE,
	STOP_TERM,  /* the payload was asked to end */
	STOP_KILL,  /* all were killed */
	STOP_QUIET, /* sync and unmount are under way */
	STOP_PROVE,
};

enum session_answer { ANSWER_NONE, ANSWER_ACCEPTED, ANSWER_BUSY };

struct session_out {
	struct msg msg[SESSION_OUT_MAX];
	unsigned int msgs;
	uint32_t actions; /* bit i: enum session_action i, in this order */
	enum session_answer answer; /* to SEV_WISH */
	uint64_t due_ms;	    /* send SEV_TIMER then; or SESSION_NEVER */
};

struct session {
	struct session_rules rules;
	struct session_id id;
	enum guest_phase phase;
	enum session_stop stop;
	enum intent intent; /* under way, or INTENT_NONE */
	enum intent_cause cause;
	uint32_t detail; /* of struct msg_intent */
	uint32_t grace_ms;
	uint32_t grace_max_ms;
	bool welcomed; /* a host is there */
	uint32_t ready_ms;
	uint8_t stage;	       /* enum boot_stage; only grows */
	uint32_t stage_ms;     /* boot clock when it was reached */
	uint32_t heartbeat_ms; /* 0 before the first WELCOME */
	uint32_t generation, boot;
	uint32_t seq;	  /* of the last message sent */
	uint32_t dropped; /* frames and bytes refused */
	struct proof proof;
	uint64_t granted_ms;
	uint32_t took_ms; /* GRANT to proof */
	uint64_t phase_due, hello_due, beat_due;
	/* the payload */
	enum payload_state pay;
	uint64_t pay_due, health_due;
	uint64_t stopping_ms; /* when PAY_STOPPING began */
	bool health_runs;
	uint32_t health_bad; /* failures in a row */
	uint32_t progress;   /* signs of life */
	uint32_t delay_ms;   /* of PAY_RESTING */
	struct restart restart;
};

/* session_init() - an epoch begins; both arguments are copied */
void session_init(struct session *s, const struct session_rules *rules,
		  const struct session_id *id);

/*
 * session_step() - what @ev means now
 * @now_ms:	guest's boot clock, never less than at the step before
 * @out:	written whole
 */
void session_step(struct session *s, const struct session_event *ev,
		  uint64_t now_ms, struct session_out *out);

/*
 * session_may_feed() - is there progress that a watchdog may be told of?
 *
 * No, while a payload that was overdue has not gone and nobody wants an end
 * yet, and once only reboot(2) is left: what hangs then is for the watchdog to
 * end.
 */
bool session_may_feed(const struct session *s);

#endif
