// SPDX-License-Identifier: Apache-2.0
/*
 * guest/core/notify.c - what a payload says by sd_notify
 */
#include "guest/core/notify.h"

#include <string.h>

static const char status[] = "STATUS=";
static const char extend[] = "EXTEND_TIMEOUT_USEC=";

static bool is(const char *line, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(line, word, len) == 0;
}

static bool begins(const char *line, size_t len, const char *word)
{
	return len >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* Microseconds in decimal, rounded up. Return: ms; 0: not a number */
static uint32_t extend_ms(const char *digit, size_t len)
{
	const uint64_t max_us = UINT64_C(1000) * NOTIFY_EXTEND_MAX_MS;
	uint64_t us = 0;

	for (; len; len--, digit++) {
		if (*digit < '0' || *digit > '9')
			return 0;
		us = us * 10 + (uint64_t)(*digit - '0');
		if (us > max_us)
			us = max_us;
	}
	return (uint32_t)((us + 999) / 1000);
}

static void take_line(const char *line, size_t len, struct notify *n)
{
	const size_t head = strlen(extend);

	n->ready |= is(line, len, "READY=1");
	n->watchdog |= is(line, len, "WATCHDOG=1");
	n->stopping |= is(line, len, "STOPPING=1");
	if (begins(line, len, extend))
		n->extend_ms = extend_ms(line + head, len - head);
}

const char *notify_parse(const char *text, size_t len, struct notify *ret,
			 size_t *status_len)
{
	const char *said = NULL;

	*ret = (struct notify){ .ready = false };
	*status_len = 0;
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline ? (size_t)(newline - text) : len;

		take_line(text, n, ret);
		if (begins(text, n, status)) {
			said = text + strlen(status);
			*status_len = n - strlen(status);
		}
		n += newline ? 1 : 0;
		text += n;
		len -= n;
	}
	return said;
}
