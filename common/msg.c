// SPDX-License-Identifier: Apache-2.0
/*
 * common/msg.c - what host and guest say to each other
 *
 * One row a message: how its body is read and how it is written. Reading takes
 * statements, one a field: initializers have no order.
 */
#include "common/msg.h"

#include <errno.h>
#include <string.h>

#include "common/array.h"
#include "common/cursor.h"

/* A field out of its range spoils the message like a missing byte does. */
static uint8_t cur_below(struct cursor *c, uint8_t limit)
{
	uint8_t v = cur_u8(c);

	c->bad |= v >= limit;
	return v;
}

static uint8_t cur_intent(struct cursor *c)
{
	uint8_t v = cur_below(c, INTENTS);

	c->bad |= v == INTENT_NONE;
	return v;
}

static uint32_t cur_at_most(struct cursor *c, uint32_t limit)
{
	uint32_t v = cur_le32(c);

	c->bad |= v > limit;
	return v;
}

static bool printable(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return false;
	return true;
}

static void hello_read(struct cursor *c, struct msg *m)
{
	struct msg_hello *h = &m->hello;
	const uint8_t *image;
	size_t n;

	h->secure = cur_below(c, 3);
	h->phase = cur_below(c, GPHASES);
	h->intent = cur_below(c, INTENTS);
	h->init_ms = cur_le32(c);
	n = cur_below(c, MSG_IMAGE_MAX + 1);
	image = cur_take(c, n);
	if (!image)
		return;
	c->bad |= !printable(image, n);
	memcpy(h->image, image, n);
	h->image[n] = '\0';
}

static void hello_write(struct sink *s, const struct msg *m)
{
	const struct msg_hello *h = &m->hello;
	size_t n = strnlen(h->image, MSG_IMAGE_MAX);

	sink_u8(s, h->secure);
	sink_u8(s, h->phase);
	sink_u8(s, h->intent);
	sink_le32(s, h->init_ms);
	sink_u8(s, (uint8_t)n);
	sink_bytes(s, (const uint8_t *)h->image, n);
}

static void ready_read(struct cursor *c, struct msg *m)
{
	m->ready.init_ms = cur_le32(c);
	m->ready.ready_ms = cur_le32(c);
}

static void ready_write(struct sink *s, const struct msg *m)
{
	sink_le32(s, m->ready.init_ms);
	sink_le32(s, m->ready.ready_ms);
}

static void heartbeat_read(struct cursor *c, struct msg *m)
{
	m->heartbeat.health = cur_below(c, 2);
	m->heartbeat.progress = cur_le32(c);
	m->heartbeat.uptime_ms = cur_le32(c);
	m->heartbeat.dropped = cur_le32(c);
}

static void heartbeat_write(struct sink *s, const struct msg *m)
{
	sink_u8(s, m->heartbeat.health);
	sink_le32(s, m->heartbeat.progress);
	sink_le32(s, m->heartbeat.uptime_ms);
	sink_le32(s, m->heartbeat.dropped);
}

static void intent_read(struct cursor *c, struct msg *m)
{
	m->intent.intent = cur_intent(c);
	m->intent.cause = cur_below(c, ICAUSES);
	m->intent.detail = cur_le32(c);
	m->intent.grace_ms = cur_at_most(c, GRACE_MAX_MS);
}

static void intent_write(struct sink *s, const struct msg *m)
{
	sink_u8(s, m->intent.intent);
	sink_u8(s, m->intent.cause);
	sink_le32(s, m->intent.detail);
	sink_le32(s, m->intent.grace_ms);
}

static void quiesced_read(struct cursor *c, struct msg *m)
{
	m->quiesced.intent = cur_intent(c);
	m->quiesced.proof.dirty_kib = cur_le32(c);
	m->quiesced.proof.writeback_kib = cur_le32(c);
	m->quiesced.proof.inflight = cur_le32(c);
	m->quiesced.proof.rw_mounts = cur_le32(c);
	m->quiesced.proof.processes = cur_le32(c);
	m->quiesced.took_ms = cur_le32(c);
}

static void quiesced_write(struct sink *s, const struct msg *m)
{
	sink_u8(s, m->quiesced.intent);
	sink_le32(s, m->quiesced.proof.dirty_kib);
	sink_le32(s, m->quiesced.proof.writeback_kib);
	sink_le32(s, m->quiesced.proof.inflight);
	sink_le32(s, m->quiesced.proof.rw_mounts);
	sink_le32(s, m->quiesced.proof.processes);
	sink_le32(s, m->quiesced.took_ms);
}

static void refused_read(struct cursor *c, struct msg *m)
{
	m->refused.intent = cur_intent(c);
	m->refused.reason = cur_below(c, REFUSALS);
}

static void refused_write(struct sink *s, const struct msg *m)
{
	sink_u8(s, m->refused.intent);
	sink_u8(s, m->refused.reason);
}

static void stage_read(struct cursor *c, struct msg *m)
{
	m->stage.stage = cur_below(c, BOOT_STAGES);
	c->bad |= m->stage.stage == BOOT_NOTHING;
	m->stage.ms = cur_le32(c);
}

static void stage_write(struct sink *s, const struct msg *m)
{
	sink_u8(s, m->stage.stage);
	sink_le32(s, m->stage.ms);
}

static void ask_read(struct cursor *c, struct msg *m)
{
	(void)c;
	(void)m;
}

static void ask_write(struct sink *s, const struct msg *m)
{
	(void)s;
	(void)m;
}

static void welcome_read(struct cursor *c, struct msg *m)
{
	struct msg_welcome *w = &m->welcome;
	const uint8_t *param;

	w->heartbeat_ms = cur_at_most(c, HEARTBEAT_MAX_MS);
	c->bad |= w->heartbeat_ms < HEARTBEAT_MIN_MS;
	w->generation = cur_le32(c);
	w->boot = cur_le32(c);
	w->param_len = cur_le16(c);
	c->bad |= w->param_len > MSG_PARAM_MAX;
	param = cur_take(c, w->param_len);
	if (param)
		memcpy(w->param, param, w->param_len);
}

static void welcome_write(struct sink *s, const struct msg *m)
{
	const struct msg_welcome *w = &m->welcome;

	sink_le32(s, w->heartbeat_ms);
	sink_le32(s, w->generation);
	sink_le32(s, w->boot);
	sink_le16(s, w->param_len);
	s->bad |= w->param_len > MSG_PARAM_MAX;
	if (!s->bad)
		sink_bytes(s, w->param, w->param_len);
}

static void request_read(struct cursor *c, struct msg *m)
{
	m->request.intent = cur_intent(c);
	m->request.grace_ms = cur_at_most(c, GRACE_MAX_MS);
}

static void request_write(struct sink *s, const struct msg *m)
{
	sink_u8(s, m->request.intent);
	sink_le32(s, m->request.grace_ms);
}

static void grant_read(struct cursor *c, struct msg *m)
{
	m->grant.intent = cur_intent(c);
	m->grant.grace_ms = cur_at_most(c, GRACE_MAX_MS);
}

static void grant_write(struct sink *s, const struct msg *m)
{
	sink_u8(s, m->grant.intent);
	sink_le32(s, m->grant.grace_ms);
}

static void commit_read(struct cursor *c, struct msg *m)
{
	m->commit.intent = cur_intent(c);
}

static void commit_write(struct sink *s, const struct msg *m)
{
	sink_u8(s, m->commit.intent);
}

static const struct layout {
	char name[12];
	void (*read)(struct cursor *c, struct msg *m);
	void (*write)(struct sink *s, const struct msg *m);
} layouts[MSG_TYPES] = {
	[MSG_HELLO] = { "HELLO", hello_read, hello_write },
	[MSG_READY] = { "READY", ready_read, ready_write },
	[MSG_HEARTBEAT] = { "HEARTBEAT", heartbeat_read, heartbeat_write },
	[MSG_INTENT] = { "INTENT", intent_read, intent_write },
	[MSG_QUIESCED] = { "QUIESCED", quiesced_read, quiesced_write },
	[MSG_REFUSED] = { "REFUSED", refused_read, refused_write },
	[MSG_STAGE] = { "STAGE", stage_read, stage_write },
	[MSG_ASK] = { "ASK", ask_read, ask_write },
	[MSG_WELCOME] = { "WELCOME", welcome_read, welcome_write },
	[MSG_REQUEST] = { "REQUEST", request_read, request_write },
	[MSG_GRANT] = { "GRANT", grant_read, grant_write },
	[MSG_COMMIT] = { "COMMIT", commit_read, commit_write },
};

static const struct layout *layout_of(uint8_t type)
{
	if (type >= ARRAY_SIZE(layouts) || !layouts[type].read)
		return NULL;
	return &layouts[type];
}

int msg_parse(const struct frame *f, struct msg *m)
{
	const struct layout *l = layout_of(f->type);
	struct cursor c = { f->body, f->len, false };
	struct msg got = { .type = f->type, .epoch = f->epoch, .seq = f->seq };

	if (!l)
		return -ENOMSG;
	l->read(&c, &got);
	if (c.bad || c.left)
		return -EBADMSG;
	*m = got;
	return 0;
}

size_t msg_write(const struct msg *m, uint8_t buf[static WIRE_FRAME_MAX])
{
	const struct layout *l = layout_of(m->type);
	uint8_t body[WIRE_BODY_MAX];
	struct sink s = { body, sizeof(body), false };
	struct frame f = { .type = m->type, .epoch = m->epoch, .seq = m->seq };
	struct msg back;

	if (!l)
		return 0;
	l->write(&s, m);
	f.len = (uint16_t)(sizeof(body) - s.left);
	f.body = body;
	if (s.bad || msg_parse(&f, &back) < 0)
		return 0;
	return wire_write(&f, buf);
}

const char *msg_name(uint8_t type)
{
	const struct layout *l = layout_of(type);

	return l ? l->name : "?";
}

const char *intent_name(uint8_t intent)
{
	static const char names[INTENTS][10] = {
		[INTENT_NONE] = "none",
		[INTENT_REBOOT] = "reboot",
		[INTENT_POWEROFF] = "power-off",
		[INTENT_UPDATE] = "update",
	};

	return intent < INTENTS ? names[intent] : names[INTENT_NONE];
}

const char *boot_stage_name(uint8_t stage)
{
	static const char names[BOOT_STAGES][18] = {
		[BOOT_NOTHING] = "nothing",
		[BOOT_FIRST] = "first instruction",
		[BOOT_CONSOLE] = "console",
		[BOOT_MOUNTS] = "mounts",
		[BOOT_CONF] = "init.conf",
		[BOOT_PORT] = "port",
		[BOOT_NETWORK] = "network",
		[BOOT_STORAGE] = "storage",
		[BOOT_WATCHDOG] = "watchdog",
		[BOOT_PAYLOAD] = "payload",
		[BOOT_READY] = "ready",
	};

	return stage < BOOT_STAGES ? names[stage] : names[BOOT_NOTHING];
}

bool proof_clean(const struct proof *p)
{
	return !p->inflight && !p->rw_mounts && !p->processes;
}
