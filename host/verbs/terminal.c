// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/terminal.c - a terminal that somebody looks at
 */
#include "host/verbs/terminal.h"

#include <sys/ioctl.h>

#include "common/utf8.h"

struct terminal_size terminal_size(int fd)
{
	struct winsize w = { 0 };

	ioctl(fd, TIOCGWINSZ, &w);
	return (struct terminal_size){ w.ws_row ? w.ws_row : 24,
				       w.ws_col ? w.ws_col : 80 };
}

size_t terminal_fit(const char *text, size_t len, size_t columns)
{
	size_t at = 0;

	for (; columns && at < len; columns--) {
		size_t n = utf8_length(text + at, len - at);

		at += n ? n : 1;
	}
	return at;
}
