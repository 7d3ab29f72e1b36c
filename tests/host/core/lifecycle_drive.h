/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/core/lifecycle_drive.h - walk a lifecycle with one call an event
 */
#ifndef TESTS_LIFECYCLE_DRIVE_H
#define TESTS_LIFECYCLE_DRIVE_H

#include "host/core/adopt.h"

/* How many generations the host has memory for. */
enum room { ROOM_FOR_ONE, ROOM_FOR_TWO, ROOM_FOR_NONE };

struct drive {
	struct lifecycle lc;
	uint64_t now_us;
	uint32_t acts; /* of the last event, but for what was answered */
	enum room room;
	bool full; /* as many of its generations drain as can be followed */
	uint64_t epoch;
	uint64_t cpu_us;	       /* what ACT_MEASURE finds */
	bool busy;		       /* and whether it grows */
	bool secure;		       /* says HELLO */
	struct cleanup_sight sight;    /* what ACT_LOOK finds */
	char image[MSG_IMAGE_MAX + 1]; /* in HELLO */
	struct lc_saved saved;	       /* by the last shim that died */
};

/* a lifecycle in LC_DOWN, its clock at one second */
void drive_init(struct drive *d);
void drive_type(struct drive *d, enum lc_event_type type);
void drive_end(struct drive *d, enum vm_end end);
void drive_exit(struct drive *d, int wait_status);
void drive_wish(struct drive *d, enum wish wish);
/* a frame of the current epoch, its body all zero but for its intent */
void drive_say(struct drive *d, enum msg_type type, enum intent intent);
/* any message */
void drive_msg(struct drive *d, const struct msg *m);
/* a new epoch */
void drive_hello(struct drive *d);
/* the same epoch, after ASK */
void drive_hello_again(struct drive *d, enum guest_phase phase,
		       enum intent intent);
/* let time pass; EV_DEADLINE if it is due */
void drive_wait(struct drive *d, uint64_t ms);

/* a shim after the one that drove so far */
void drive_adopt(struct drive *d, const struct lc_left *left);
/* it dies; the next one finds QEMU, and perhaps the record, and speaks QMP */
void drive_crash(struct drive *d, bool recorded);
/* it dies; the next one finds the record, and the helper or not even that */
void drive_remains(struct drive *d, bool memory);
/* it becomes the next one, and nothing is left by then */
void drive_handed_over(struct drive *d);
void drive_found(struct drive *d, enum vm_found vm);

/* down to serving */
void drive_serving(struct drive *d);
/* a new one, down to QMP's first answer, or to serving */
struct drive drive_to_booting(void);
struct drive drive_to_serving(void);
/* generation 2 was started, and 1 drains: QMP is not up; it boots; its guest is
 * paused, and QEMU has said so */
struct drive drive_second_launching(void);
struct drive drive_second_booting(void);
struct drive drive_second_paused(void);
/* serving to stopped, for an intent that was granted and committed */
void drive_quiesce(struct drive *d, enum intent intent);
/* likewise, and QMP answers: judged */
void drive_judged(struct drive *d, enum intent intent);

#endif
