/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/ring.h - the last of an endless stream of bytes, and its lines
 *
 * Theory of operation: a byte's position is its place in the stream, counted
 * from 0; the ring keeps the last RING_BYTES of them. Beside them, of the last
 * RING_LINES lines, it keeps where and when each began. Pure.
 */
#ifndef HOST_LINK_RING_H
#define HOST_LINK_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RING_BYTES = 65536, RING_LINES = 1024 };

struct ring {
	uint64_t end;	/* bytes of the stream so far */
	uint64_t lines; /* that have begun so far */
	bool midway;	/* the last line has not ended */
	struct {
		uint64_t at; /* its first byte */
		uint64_t us; /* when that came */
	} line[RING_LINES];
	char byte[RING_BYTES];
};

/* ring_put() - @now_us: of whichever clock the lines shall have */
void ring_put(struct ring *r, const char *bytes, size_t n, uint64_t now_us);

/* ring_start() - the oldest byte that is kept */
uint64_t ring_start(const struct ring *r);

/* ring_piece() - the bytes from @at on that lie in one piece. Return: how many
 */
size_t ring_piece(const struct ring *r, uint64_t at, const char **piece);

/*
 * ring_line() - a line, or what is left of it from a position on
 * @at:		the position; is moved behind what was read
 * @us:		when the line began
 * @text:	the bytes, without newline and what else ends a line
 * @ended:	false: it goes on, or has not ended yet
 * Return: how many bytes; -1: there is nothing from @at on
 */
int ring_line(const struct ring *r, uint64_t *at, uint64_t *us, char *text,
	      size_t size, bool *ended);

/* ring_back() - the position at which the last @lines lines begin */
uint64_t ring_back(const struct ring *r, unsigned int lines);

#endif
