/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/msg.h - what host and guest say to each other
 *
 * Theory of operation: a message is a frame's type and body as a struct. Every
 * body has a fixed layout, but for WELCOME's parameters at its end; a body that
 * is shorter, longer, or holds a value out of its range is refused whole, and
 * the struct is left alone. Numbers and layouts are frozen: a new need gets a
 * new type (tests/common/golden.h holds the bytes of each).
 *
 *	guest                                  host
 *	                                      <- ASK
 *	HELLO  ->
 *	                                      <- WELCOME
 *	STAGE  ->          (whenever the boot has come further)
 *	READY  ->
 *	HEARTBEAT  ->
 *	                                      <- REQUEST
 *	INTENT  ->         (or REFUSED)
 *	                                      <- GRANT
 *	QUIESCED  ->
 *	                                      <- COMMIT
 */
#ifndef COMMON_MSG_H
#define COMMON_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"

enum msg_type {
	/* from the guest */
	MSG_HELLO = 1,
	MSG_READY = 2,
	MSG_HEARTBEAT = 3,
	MSG_INTENT = 4,
	MSG_QUIESCED = 5,
	MSG_REFUSED = 6,
	MSG_STAGE = 7,
	/* from the host */
	MSG_ASK = 16,
	MSG_WELCOME = 17,
	MSG_REQUEST = 18,
	MSG_GRANT = 19,
	MSG_COMMIT = 20,
	MSG_TYPES, /* one past the last */
};

/* How an epoch is meant to end. */
enum intent {
	INTENT_NONE = 0,
	INTENT_REBOOT = 1,
	INTENT_POWEROFF = 2,
	INTENT_UPDATE = 3, /* reboot, into the image that waits */
	INTENTS,
};

/* Why the guest wants its epoch to end. */
enum intent_cause {
	ICAUSE_NONE = 0,
	ICAUSE_OPERATOR = 1,	 /* the host's REQUEST */
	ICAUSE_PAYLOAD = 2,	 /* the payload asked */
	ICAUSE_PAYLOAD_EXIT = 3, /* the payload ended; `detail` is its status */
	ICAUSE_CTRL_ALT_DEL = 4, /* Ctrl-Alt-Del, SCLP quiesce */
	/* PID 1 cannot go on; `detail` is the boot stage << 8, and the errno */
	ICAUSE_INIT = 5,
	ICAUSE_GAVE_UP = 6,  /* too many restarts; `detail` as EXIT has */
	ICAUSE_WATCHDOG = 7, /* the payload gave no sign of life in time */
	ICAUSE_OOM = 8,	     /* the kernel killed it for want of memory */
	ICAUSES,
};

/* Where the guest's session is; HELLO tells it to a shim that took over. */
enum guest_phase {
	GPHASE_BOOTING = 0, /* payload not ready */
	GPHASE_SERVING = 1, /* READY */
	GPHASE_WAITING = 2, /* INTENT sent, no GRANT yet */
	GPHASE_QUIESCING = 3,
	GPHASE_QUIESCED = 4, /* waits for COMMIT */
	GPHASE_ENDING = 5,   /* reboot(2) is next */
	GPHASES,
};

/* How far a boot has come; frozen, told by STAGE and on the console. */
enum boot_stage {
	BOOT_NOTHING = 0,  /* the host has heard of none */
	BOOT_FIRST = 1,	   /* PID 1's first instruction */
	BOOT_CONSOLE = 2,  /* it can be read */
	BOOT_MOUNTS = 3,   /* /dev, /proc and so on */
	BOOT_CONF = 4,	   /* init.conf read and found good */
	BOOT_PORT = 5,	   /* the agent's port is open */
	BOOT_NETWORK = 6,  /* links, addresses, routes */
	BOOT_STORAGE = 7,  /* data disks are mounted */
	BOOT_WATCHDOG = 8, /* it runs, and is fed */
	BOOT_PAYLOAD = 9,  /* the payload was executed */
	BOOT_READY = 10,   /* and is ready */
	BOOT_STAGES,
};

enum { MSG_IMAGE_MAX = 48, MSG_PARAM_MAX = 256 };

enum {
	HEARTBEAT_MIN_MS = 1000,
	HEARTBEAT_MAX_MS = 60000,
	HEARTBEAT_DEFAULT_MS = 5000,
	GRACE_MAX_MS = 600000,
};

struct msg_hello {
	char image[MSG_IMAGE_MAX + 1]; /* "name version", printable ASCII */
	uint8_t secure;	  /* 0 no, 1 yes, 2 the guest cannot tell */
	uint8_t phase;	  /* enum guest_phase */
	uint8_t intent;	  /* enum intent, pending */
	uint32_t init_ms; /* guest's boot clock at PID 1's start */
};

struct msg_ready {
	uint32_t init_ms;  /* guest's boot clock at PID 1's start */
	uint32_t ready_ms; /* the same clock when the payload was ready */
};

struct msg_heartbeat {
	uint8_t health;	    /* 0 well, 1 payload is down */
	uint32_t progress;  /* counts the payload's own signs of life */
	uint32_t uptime_ms; /* guest's boot clock; wraps after 49 days */
	uint32_t dropped;   /* frames and bytes refused by the guest */
};

struct msg_intent {
	uint8_t intent;
	uint8_t cause;	   /* enum intent_cause */
	uint32_t detail;   /* ICAUSE_PAYLOAD_EXIT: wait status */
	uint32_t grace_ms; /* what the guest may need until QUIESCED */
};

/* Read back from the guest's kernel after it was made quiet. */
struct proof {
	uint32_t dirty_kib;	/* reported, not judged: drifts per CPU */
	uint32_t writeback_kib; /* likewise */
	uint32_t inflight;	/* I/O requests in flight, all block devices */
	uint32_t rw_mounts;	/* writable mounts of block devices */
	uint32_t processes;	/* user processes besides PID 1 */
};

struct msg_quiesced {
	uint8_t intent;
	struct proof proof;
	uint32_t took_ms; /* since GRANT */
};

struct msg_refused {
	uint8_t intent; /* which REQUEST */
	uint8_t reason; /* enum refusal */
};

enum refusal {
	REFUSAL_POLICY = 0, /* the sealed init.conf forbids it */
	REFUSAL_BUSY = 1,   /* another intent is under way */
	REFUSALS,
};

struct msg_stage {
	uint8_t stage; /* enum boot_stage, never BOOT_NOTHING */
	uint32_t ms;   /* guest's boot clock when it was reached */
};

struct msg_welcome {
	uint32_t heartbeat_ms;
	uint32_t generation; /* counted from 1 by the shim */
	uint32_t boot;	     /* of this generation, counted from 1 */
	uint16_t param_len;  /* 0..MSG_PARAM_MAX */
	uint8_t param[MSG_PARAM_MAX];
};

struct msg_request {
	uint8_t intent;
	uint32_t grace_ms;
};

struct msg_grant {
	uint8_t intent;
	uint32_t grace_ms;
};

struct msg_commit {
	uint8_t intent;
};

struct msg {
	uint8_t type; /* enum msg_type */
	uint64_t epoch;
	uint32_t seq;
	union {
		struct msg_hello hello;
		struct msg_ready ready;
		struct msg_heartbeat heartbeat;
		struct msg_intent intent;
		struct msg_quiesced quiesced;
		struct msg_refused refused;
		struct msg_stage stage;
		struct msg_welcome welcome;
		struct msg_request request;
		struct msg_grant grant;
		struct msg_commit commit;
	};
};

/*
 * msg_parse() - a frame as a message
 * @m:	not written on failure
 * Return: 0; -ENOMSG: a type that nobody knows; -EBADMSG: a body of another
 *	length, or a value out of its range
 */
int msg_parse(const struct frame *f, struct msg *m);

/*
 * msg_write() - a message as the bytes of a frame
 * Return: bytes written; 0: @m is not one that msg_parse() would take
 */
size_t msg_write(const struct msg *m, uint8_t buf[static WIRE_FRAME_MAX]);

/* msg_name() - "HELLO" and so on; "?" for an unknown type */
const char *msg_name(uint8_t type);

/* intent_name() - "reboot", "power-off", "update"; "none" for anything else */
const char *intent_name(uint8_t intent);

/* boot_stage_name() - "first instruction" to "ready"; "nothing" for others */
const char *boot_stage_name(uint8_t stage);

/* proof_clean() - no writable block mount, no I/O in flight, nobody but PID 1
 */
bool proof_clean(const struct proof *p);

#endif
