/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/epoch.h - one boot of the guest, as its agent tells it
 *
 * Theory of operation: a guest draws a random number for each boot and puts it
 * on every frame. The host takes frames of the current epoch only; a HELLO
 * with a number that it has not met in this generation begins a new one. So
 * bytes of an earlier boot can do no harm, whenever they arrive. Pure.
 */
#ifndef HOST_CORE_EPOCH_H
#define HOST_CORE_EPOCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/msg.h"
#include "host/core/verdict.h"

enum { EPOCHS_KEPT = 64 };

enum { GUEST_IS_NOT_SECURE = 0, GUEST_IS_SECURE = 1 };

struct epoch {
	uint64_t id; /* 0: no HELLO yet */
	enum epoch_stage stage;
	uint8_t secure;	    /* as in HELLO: GUEST_IS_SECURE, or not */
	uint8_t intent;	    /* enum intent, once it was said */
	uint8_t icause;	    /* enum intent_cause, likewise */
	uint32_t detail;    /* of the INTENT */
	uint8_t boot_stage; /* enum boot_stage, the last one told */
	bool silent;	    /* two heartbeats were missed */
	struct proof proof;
	char image[MSG_IMAGE_MAX + 1];

	uint64_t met[EPOCHS_KEPT]; /* of this generation, a ring */
	uint32_t met_count;
	uint32_t dropped; /* frames of no, or of another, epoch */
};

enum epoch_take {
	EPOCH_DROP,    /* not of this epoch: counted, nothing else */
	EPOCH_CURRENT, /* of this epoch */
	EPOCH_NEW,     /* a HELLO that began this epoch */
};

/* epoch_generation() - a new QEMU: no epoch was met yet */
void epoch_generation(struct epoch *e);

/* epoch_over() - the boot has ended; its frames are refused from now on */
void epoch_over(struct epoch *e);

/* epoch_take() - is @m for us? A new HELLO changes @e. */
enum epoch_take epoch_take(struct epoch *e, const struct msg *m);

/*
 * epoch_quiesced() - QUIESCED came; what does it make of the epoch?
 * @in_time:	the VM still runs, so that a COMMIT can be acted on
 */
void epoch_quiesced(struct epoch *e, const struct msg_quiesced *q,
		    bool in_time);

#endif
