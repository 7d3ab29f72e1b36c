/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/cursor.h - read and write untrusted bytes, little-endian
 *
 * Theory of operation: both cursors have a sticky error. Once a read went past
 * the end, every later read gives 0; once a write did, nothing more is stored.
 * The caller looks at @bad once, when it is done. Nothing is ever cast or
 * memcpy'd between a struct and the wire.
 */
#ifndef COMMON_CURSOR_H
#define COMMON_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *p;
	size_t left;
	bool bad;
};

struct sink {
	uint8_t *p;
	size_t left;
	bool bad;
};

/* cur_take() - the next @n bytes, borrowed. Return: NULL if there are fewer */
const uint8_t *cur_take(struct cursor *c, size_t n);
uint8_t cur_u8(struct cursor *c);
uint16_t cur_le16(struct cursor *c);
uint32_t cur_le32(struct cursor *c);
uint64_t cur_le64(struct cursor *c);

void sink_bytes(struct sink *s, const uint8_t *bytes, size_t n);
void sink_u8(struct sink *s, uint8_t v);
void sink_le16(struct sink *s, uint16_t v);
void sink_le32(struct sink *s, uint32_t v);
void sink_le64(struct sink *s, uint64_t v);

#endif
