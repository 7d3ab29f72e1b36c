// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/screen.c - a terminal that the test plays
 */
#include "tests/host/verbs/screen.h"

#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

struct screen screen;

void screen_open(unsigned short rows, unsigned short columns)
{
	const struct winsize w = { .ws_row = rows, .ws_col = columns };

	screen.len = 0;
	assert_int_equal(openpty(&screen.outer, &screen.inner, NULL, NULL, &w),
			 0);
}

void screen_read(void)
{
	struct screen *s = &screen;
	ssize_t n = read(s->outer, s->said + s->len, SCREEN_TEXT - 1 - s->len);

	assert_true(n > 0);
	s->len += (size_t)n;
}

bool screen_says(const char *text)
{
	screen.said[screen.len] = '\0';
	return strstr(screen.said, text);
}

void screen_await(const char *text)
{
	while (!screen_says(text))
		screen_read();
}

bool screen_is_as_before(void)
{
	const tcflag_t set = ICANON | ECHO | ISIG;
	struct termios t;

	assert_int_equal(tcgetattr(screen.inner, &t), 0);
	return (t.c_lflag & set) == set;
}

void screen_close(void)
{
	close(screen.outer);
	close(screen.inner);
}
