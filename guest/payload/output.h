/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/payload/output.h - what the payload prints, on its way to the console
 */
#ifndef GUEST_PAYLOAD_OUTPUT_H
#define GUEST_PAYLOAD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTPUT_BYTES = 16384 };

struct output {
	int read_fd;	   /* non-blocking */
	int write_fd;	   /* for the payload; blocks, as programs expect */
	size_t start, len; /* of what waits in text[], a ring */
	uint64_t dropped;  /* not told yet */
	char text[OUTPUT_BYTES];
};

/* output_open() - the pipe, for all payloads of this boot. Return: 0; -errno */
int output_open(struct output *o);

/*
 * output_read() - take what the payload printed, if there is room or not
 *
 * Bounded: what is left makes the descriptor readable again.
 * Return: 0; -errno: there will be no more, and it may stay readable
 */
int output_read(struct output *o);

/*
 * output_write() - to @console, as far as it takes it
 *
 * When it takes all again after something was dropped, it is told how much.
 * Return: true: something waits until @console can be written to
 */
bool output_write(struct output *o, int console);

#endif
