// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/epoch.c - one boot of the guest, as its agent tells it
 */
#include "host/core/epoch.h"

#include <string.h>

void epoch_generation(struct epoch *e)
{
	*e = (struct epoch){ .dropped = e->dropped };
}

void epoch_over(struct epoch *e)
{
	e->id = 0;
	e->stage = STAGE_SILENT;
	e->secure = 0;
	e->intent = INTENT_NONE;
	e->icause = ICAUSE_NONE;
	e->detail = 0;
	e->boot_stage = BOOT_NOTHING;
	e->silent = false;
	e->proof = (struct proof){ 0 };
	e->image[0] = '\0';
}

static bool met_before(const struct epoch *e, uint64_t id)
{
	uint32_t n = e->met_count < EPOCHS_KEPT ? e->met_count : EPOCHS_KEPT;

	for (uint32_t i = 0; i < n; i++)
		if (e->met[i] == id)
			return true;
	return false;
}

enum epoch_take epoch_take(struct epoch *e, const struct msg *m)
{
	if (m->epoch && m->epoch == e->id)
		return EPOCH_CURRENT;
	if (m->type != MSG_HELLO || !m->epoch || met_before(e, m->epoch)) {
		e->dropped++;
		return EPOCH_DROP;
	}
	epoch_over(e);
	e->id = m->epoch;
	e->stage = STAGE_HELLO;
	e->secure = m->hello.secure;
	memcpy(e->image, m->hello.image, sizeof(e->image));
	e->met[e->met_count++ % EPOCHS_KEPT] = m->epoch;
	return EPOCH_NEW;
}

void epoch_quiesced(struct epoch *e, const struct msg_quiesced *q, bool in_time)
{
	static const enum epoch_stage clean[INTENTS] = {
		[INTENT_REBOOT] = STAGE_REBOOT,
		[INTENT_POWEROFF] = STAGE_POWEROFF,
		[INTENT_UPDATE] = STAGE_UPDATE,
	};

	e->proof = q->proof;
	if (!in_time)
		e->stage = STAGE_UNCOMMITTED;
	else if (q->intent != e->intent || !proof_clean(&q->proof))
		e->stage = STAGE_UNCLEAN;
	else
		e->stage = clean[e->intent];
}
