// SPDX-License-Identifier: Apache-2.0
/*
 * common/utf8.c - text of others, and what of it a terminal may be shown
 */
#include "common/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

size_t utf8_length(const char *text, size_t left)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0x01 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	const uint8_t *s = (const uint8_t *)text;

	for (size_t n = 1; n <= 4 && n <= left; n++) {
		uint32_t code = s[0] & (uint8_t)~forms[n - 1].mask;
		bool whole = (s[0] & forms[n - 1].mask) == forms[n - 1].lead;

		for (size_t i = 1; whole && i < n; i++) {
			whole = (s[i] & 0xc0) == 0x80;
			code = code << 6 | (s[i] & 0x3f);
		}
		if (whole && code >= forms[n - 1].least && code <= 0x10ffff &&
		    (code < 0xd800 || code > 0xdfff))
			return n;
	}
	return 0;
}

/* Of a sequence of two bytes the second is the character's low end. */
static bool steers(const char *s, size_t n)
{
	uint8_t first = (uint8_t)s[0];

	if (n == 2)
		return first == 0xc2 && (uint8_t)s[1] < 0xa0;
	return n <= 1 && first != '\t' &&
	       (first < 0x20 || (first >= 0x7f && first < 0xa0));
}

void utf8_tame(char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_length(text + i, len - i);
		size_t step = n ? n : 1;

		if (steers(text + i, n))
			memset(text + i, '?', step);
		i += step;
	}
}

static bool continues(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

size_t utf8_whole(const char *text, size_t len)
{
	size_t at = len, wanted;
	uint8_t lead;

	while (at && len - at < 3 && continues(text[at - 1]))
		at--;
	lead = at ? (uint8_t)text[at - 1] : 0;
	wanted = lead < 0xc2 || lead > 0xf4 ? 0
		 : lead < 0xe0		    ? 2
		 : lead < 0xf0		    ? 3
					    : 4;
	return len - at + 1 < wanted ? at - 1 : len;
}

void utf8_mend(char *text)
{
	size_t len = utf8_whole(text, strlen(text));

	text[len] = '\0';
	utf8_tame(text, len);
	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		n = utf8_length(text + i, len - i);
		if (!n)
			text[i] = '?';
	}
}

size_t utf8_count(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += !continues(*text);
	return count;
}
