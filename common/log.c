// SPDX-License-Identifier: Apache-2.0
/*
 * common/log.c - one line of text, in one write(2)
 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/utf8.h"

enum { LINE_MAX_BYTES = 512 };

void log_line(int fd, const char *who, const char *fmt, ...)
{
	static const char cut[] = "...";
	char line[LINE_MAX_BYTES];
	size_t room = sizeof(line) - 1; /* for the newline */
	int saved = errno;
	int head, text;
	size_t len;
	va_list ap;

	head = snprintf(line, room, "%s: ", who);
	if (head < 0 || (size_t)head >= room)
		head = 0;
	len = (size_t)head;
	va_start(ap, fmt);
	text = vsnprintf(line + len, room - len, fmt, ap);
	va_end(ap);
	if (text > 0 && (size_t)text < room - len) {
		len += (size_t)text;
	} else if (text > 0) {
		len = utf8_whole(line, room - strlen(cut));
		memcpy(line + len, cut, strlen(cut));
		len += strlen(cut);
	}
	utf8_tame(line, len);
	line[len++] = '\n';
	(void)!write(fd, line, len);
	errno = saved;
}
