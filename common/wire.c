// SPDX-License-Identifier: Apache-2.0
/*
 * common/wire.c - frames on the agent port
 */
#include "common/wire.h"

#include <string.h>

#include "common/crc32c.h"
#include "common/cursor.h"

static const uint8_t magic[4] = { 'R', 'P', 'R', '1' };

size_t wire_write(const struct frame *f, uint8_t buf[static WIRE_FRAME_MAX])
{
	struct sink s = { buf, WIRE_FRAME_MAX, false };

	if (f->len > WIRE_BODY_MAX)
		return 0;
	sink_bytes(&s, magic, sizeof(magic));
	sink_u8(&s, f->type);
	sink_u8(&s, 0);
	sink_le16(&s, f->len);
	sink_le64(&s, f->epoch);
	sink_le32(&s, f->seq);
	sink_bytes(&s, f->body, f->len);
	sink_le32(&s, crc32c(buf, (size_t)WIRE_HEAD + f->len));
	return (size_t)WIRE_HEAD + f->len + WIRE_TAIL;
}

uint8_t *wire_room(struct wire_reader *r, size_t *room)
{
	r->len -= r->start;
	memmove(r->buf, r->buf + r->start, r->len);
	r->start = 0;
	*room = sizeof(r->buf) - r->len;
	return r->buf + r->len;
}

void wire_filled(struct wire_reader *r, size_t n)
{
	r->len += n;
}

void wire_reset(struct wire_reader *r)
{
	r->dropped += r->len - r->start;
	r->start = 0;
	r->len = 0;
}

enum peek { PEEK_BAD, PEEK_SHORT, PEEK_GOOD };

static enum peek frame_peek(const uint8_t *p, size_t left, struct frame *f)
{
	struct cursor c = { p, left, false };
	uint32_t crc;
	uint8_t reserved;

	if (memcmp(p, magic, left < sizeof(magic) ? left : sizeof(magic)) != 0)
		return PEEK_BAD;
	cur_take(&c, sizeof(magic));
	f->type = cur_u8(&c);
	reserved = cur_u8(&c);
	f->len = cur_le16(&c);
	f->epoch = cur_le64(&c);
	f->seq = cur_le32(&c);
	if (reserved != 0 || f->len > WIRE_BODY_MAX)
		return PEEK_BAD;
	f->body = cur_take(&c, f->len);
	crc = cur_le32(&c);
	if (c.bad)
		return PEEK_SHORT;
	if (crc != crc32c(p, (size_t)WIRE_HEAD + f->len))
		return PEEK_BAD;
	return PEEK_GOOD;
}

int wire_next(struct wire_reader *r, struct frame *f)
{
	while (r->start < r->len) {
		switch (frame_peek(r->buf + r->start, r->len - r->start, f)) {
		case PEEK_GOOD:
			r->start += (size_t)WIRE_HEAD + f->len + WIRE_TAIL;
			return 1;
		case PEEK_SHORT:
			return 0;
		case PEEK_BAD:
			r->start++;
			r->dropped++;
			break;
		}
	}
	return 0;
}
