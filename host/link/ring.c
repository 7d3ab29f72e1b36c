// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/ring.c - the last of an endless stream of bytes, and its lines
 */
#include "host/link/ring.h"

static void begin_line(struct ring *r, uint64_t now_us)
{
	r->line[r->lines % RING_LINES].at = r->end;
	r->line[r->lines % RING_LINES].us = now_us;
	r->lines++;
}

void ring_put(struct ring *r, const char *bytes, size_t n, uint64_t now_us)
{
	for (size_t i = 0; i < n; i++) {
		if (!r->midway)
			begin_line(r, now_us);
		r->midway = bytes[i] != '\n';
		r->byte[r->end++ % RING_BYTES] = bytes[i];
	}
}

uint64_t ring_start(const struct ring *r)
{
	return r->end > RING_BYTES ? r->end - RING_BYTES : 0;
}

size_t ring_piece(const struct ring *r, uint64_t at, const char **piece)
{
	size_t offset = (size_t)(at % RING_BYTES);
	size_t left = (size_t)(r->end - at);

	*piece = r->byte + offset;
	return left < RING_BYTES - offset ? left : RING_BYTES - offset;
}

static uint64_t oldest_line(const struct ring *r)
{
	return r->lines > RING_LINES ? r->lines - RING_LINES : 0;
}

/* Return: the number of the line that @at is in, or of the oldest one */
static uint64_t line_of(const struct ring *r, uint64_t at)
{
	uint64_t low = oldest_line(r), high = r->lines;

	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (r->line[middle % RING_LINES].at <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static char byte_at(const struct ring *r, uint64_t at)
{
	return r->byte[at % RING_BYTES];
}

int ring_line(const struct ring *r, uint64_t *at, uint64_t *us, char *text,
	      size_t size, bool *ended)
{
	uint64_t first = *at > ring_start(r) ? *at : ring_start(r);
	uint64_t number = line_of(r, first), next = r->end, last;

	if (first >= r->end)
		return -1;
	if (first < r->line[number % RING_LINES].at)
		first = r->line[number % RING_LINES].at;
	if (number + 1 < r->lines)
		next = r->line[(number + 1) % RING_LINES].at;
	*us = r->line[number % RING_LINES].us;
	*at = next - first > size ? first + size : next;
	last = *at;
	*ended = byte_at(r, last - 1) == '\n';
	while (last > first && (byte_at(r, last - 1) == '\n' ||
				(*ended && byte_at(r, last - 1) == '\r')))
		last--;
	for (uint64_t i = first; i < last; i++)
		text[i - first] = byte_at(r, i);
	return (int)(last - first);
}

uint64_t ring_back(const struct ring *r, unsigned int lines)
{
	uint64_t oldest = oldest_line(r);
	uint64_t number = r->lines - oldest > lines ? r->lines - lines : oldest;
	uint64_t at = r->lines ? r->line[number % RING_LINES].at : 0;

	return at > ring_start(r) ? at : ring_start(r);
}
