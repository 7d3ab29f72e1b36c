// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/console_text.c - lines of the guest's console, as JSON
 *
 * What the guest writes are bytes; what JSON takes is UTF-8. A byte that is
 * none becomes U+FFFD, as does a NUL, which JSON's readers refuse.
 */
#include "host/link/console.h"

#include <string.h>

#include "common/utf8.h"

#include "host/link/ring.h"

/* An answer must fit a peer's buffer, however much JSON has to escape. */
enum { LINE_BYTES = 2048, ANSWER_BYTES = 4096, ANSWER_LINES = 64 };

static const char replacement[] = "\xef\xbf\xbd";

static json_t *as_json(const char *text, size_t len)
{
	char out[3 * LINE_BYTES];
	size_t at = 0;

	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		n = utf8_length(text + i, len - i);
		if (n) {
			memcpy(out + at, text + i, n);
			at += n;
		} else {
			memcpy(out + at, replacement, strlen(replacement));
			at += strlen(replacement);
		}
	}
	return json_stringn(out, at);
}

json_t *console_lines(const struct console *c, uint64_t position)
{
	const struct ring *r = console_ring(c);
	json_t *lines = json_array();
	size_t bytes = 0;
	int n;

	while (bytes < ANSWER_BYTES && json_array_size(lines) < ANSWER_LINES) {
		char text[LINE_BYTES];
		uint64_t us;
		bool ended;

		n = ring_line(r, &position, &us, text, sizeof(text), &ended);
		if (n < 0)
			break;
		bytes += (size_t)n;
		json_array_append_new(lines,
				      json_pack("{s:I, s:o, s:b}", "time_us",
						(json_int_t)us, "text",
						as_json(text, (size_t)n),
						"ended", (int)ended));
	}
	if (position > r->end)
		position = r->end;
	return json_pack("{s:o, s:I, s:I}", "lines", lines, "next",
			 (json_int_t)position, "end", (json_int_t)r->end);
}

json_t *console_tail(const struct console *c, unsigned int lines)
{
	const struct ring *r = console_ring(c);
	uint64_t at = ring_back(r, lines), us;
	json_t *list = json_array();
	char text[CONSOLE_TAIL_BYTES];
	bool ended, whole = true;
	int n;

	while ((n = ring_line(r, &at, &us, text, sizeof(text), &ended)) >= 0) {
		if (whole) /* of a long line only the beginning */
			json_array_append_new(list, as_json(text, (size_t)n));
		whole = ended;
	}
	return list;
}
