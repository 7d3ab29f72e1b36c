// SPDX-License-Identifier: Apache-2.0
/*
 * common/cursor.c - read and write untrusted bytes, little-endian
 */
#include "common/cursor.h"

const uint8_t *cur_take(struct cursor *c, size_t n)
{
	c->bad |= n > c->left; /* against what is left: no sum to overflow */
	if (c->bad)
		return NULL;
	c->left -= n;
	c->p += n;
	return c->p - n;
}

static uint64_t take_le(struct cursor *c, size_t n)
{
	const uint8_t *p = cur_take(c, n);
	uint64_t v = 0;

	while (p && n--)
		v = v << 8 | p[n];
	return v;
}

uint8_t cur_u8(struct cursor *c)
{
	return (uint8_t)take_le(c, 1);
}

uint16_t cur_le16(struct cursor *c)
{
	return (uint16_t)take_le(c, 2);
}

uint32_t cur_le32(struct cursor *c)
{
	return (uint32_t)take_le(c, 4);
}

uint64_t cur_le64(struct cursor *c)
{
	return take_le(c, 8);
}

void sink_bytes(struct sink *s, const uint8_t *bytes, size_t n)
{
	s->bad |= n > s->left;
	if (s->bad)
		return;
	s->left -= n;
	while (n--)
		*s->p++ = *bytes++;
}

static void sink_le(struct sink *s, uint64_t v, size_t n)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < n; i++, v >>= 8)
		bytes[i] = (uint8_t)(v & 0xff);
	sink_bytes(s, bytes, n);
}

void sink_u8(struct sink *s, uint8_t v)
{
	sink_le(s, v, 1);
}

void sink_le16(struct sink *s, uint16_t v)
{
	sink_le(s, v, 2);
}

void sink_le32(struct sink *s, uint32_t v)
{
	sink_le(s, v, 4);
}

void sink_le64(struct sink *s, uint64_t v)
{
	sink_le(s, v, 8);
}
