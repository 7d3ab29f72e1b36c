// SPDX-License-Identifier: Apache-2.0
/*
 * guest/payload/output.c - what the payload prints, on its way to the console
 *
 * Theory of operation: the pipe is always drained, so that a console that is
 * slow or stuck never blocks the payload; what has no room is dropped, newest
 * first, and counted. PID 1 keeps both ends, so that there is never an end of
 * file while payloads come and go.
 */
#include "guest/payload/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 1024, PIECES = 64 };

int output_open(struct output *o)
{
	int ends[2];
	int r;

	o->start = o->len = 0;
	o->dropped = 0;
	o->read_fd = o->write_fd = -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) { /* never wait for it */
		r = -errno;
		close(ends[0]);
		close(ends[1]);
		return r;
	}
	o->read_fd = ends[0];
	o->write_fd = ends[1];
	return 0;
}

static void add(struct output *o, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (o->len == OUTPUT_BYTES) {
			o->dropped += n - i;
			return;
		}
		o->text[(o->start + o->len++) % OUTPUT_BYTES] = bytes[i];
	}
}

int output_read(struct output *o)
{
	char piece[PIECE];
	ssize_t n = 1;

	for (int i = 0; i < PIECES && n > 0; i++) {
		n = read(o->read_fd, piece, sizeof(piece));
		if (n > 0)
			add(o, piece, (size_t)n);
	}
	return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

/* Return: false: the console takes no more now */
static bool write_some(struct output *o, int console)
{
	size_t n = OUTPUT_BYTES - o->start;
	ssize_t done =
		write(console, o->text + o->start, n < o->len ? n : o->len);

	if (done < 0 && errno != EAGAIN && errno != EINTR)
		done = (ssize_t)o->len; /* there is no console: for nobody */
	if (done <= 0)
		return false;
	o->start = (o->start + (size_t)done) % OUTPUT_BYTES;
	o->len -= (size_t)done;
	return true;
}

static void tell_dropped(struct output *o)
{
	char text[96];
	int n = snprintf(text, sizeof(text),
			 "\nreprise-init: %llu bytes of the payload's output "
			 "were dropped\n",
			 (unsigned long long)o->dropped);

	o->dropped = 0;
	add(o, text, (size_t)n);
}

bool output_write(struct output *o, int console)
{
	bool more = true;

	while (more && (o->len || o->dropped)) {
		if (!o->len)
			tell_dropped(o);
		more = write_some(o, console);
	}
	return o->len != 0;
}
