/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/wire.h - frames on the agent port
 *
 * Theory of operation: a frame is a header, a body and a CRC-32C over both:
 *
 *	offset  0  magic "RPR1"
 *	        4  type     u8, enum msg_type
 *	        5  reserved u8, 0
 *	        6  length   u16, bytes of body
 *	        8  epoch    u64, which boot of the guest this belongs to
 *	       16  sequence u32, counts up from 1 in each direction and epoch
 *	       20  body     0 to WIRE_BODY_MAX bytes
 *	        .  crc      u32, over all that stands before it
 *
 * all little-endian. The port is a byte stream that can be cut anywhere, so
 * the reader looks for the magic again one byte after every frame that it
 * refuses: after a cut it loses that frame and no other. (What stands behind a
 * half frame comes out when as many bytes have arrived as that one announced.)
 * The "1" of the magic is the version: this layout is frozen
 * (tests/common/golden.h). No allocation, no system call.
 */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum {
	WIRE_HEAD = 20,
	WIRE_BODY_MAX = 488,
	WIRE_TAIL = 4,
	WIRE_FRAME_MAX = WIRE_HEAD + WIRE_BODY_MAX + WIRE_TAIL,
};

struct frame {
	uint8_t type;
	uint64_t epoch;
	uint32_t seq;
	uint16_t len;	     /* of @body */
	const uint8_t *body; /* borrowed */
};

/*
 * wire_write() - lay @f out as bytes
 * @buf:	at least WIRE_FRAME_MAX bytes
 * Return: bytes written; 0: f->len is over WIRE_BODY_MAX
 */
size_t wire_write(const struct frame *f, uint8_t buf[static WIRE_FRAME_MAX]);

/* A reader: fill it with what the port gave, then take frames out of it. */
struct wire_reader {
	uint8_t buf[WIRE_FRAME_MAX];
	size_t start;	  /* of what was not taken yet */
	size_t len;	  /* end of what was read */
	uint64_t dropped; /* bytes that belonged to no good frame */
};

/* wire_room() - where and how much the next read may put. Never 0 bytes after
 * wire_next() has said that there is no frame. */
uint8_t *wire_room(struct wire_reader *r, size_t *room);

/* wire_filled() - @n bytes of wire_room() now hold input */
void wire_filled(struct wire_reader *r, size_t n);

/*
 * wire_next() - take one frame
 * @f:	body points into @r until the next wire_room()
 * Return: 1: @f is written; 0: no whole frame yet, read more
 */
int wire_next(struct wire_reader *r, struct frame *f);

/* wire_reset() - forget a half frame: the connection is a new one */
void wire_reset(struct wire_reader *r);

#endif
