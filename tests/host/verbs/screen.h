/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/verbs/screen.h - a terminal that the test plays
 */
#ifndef TESTS_HOST_VERBS_SCREEN_H
#define TESTS_HOST_VERBS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum { SCREEN_TEXT = 65536 };

#define FIRST_SCREEN "\033[?1049l"
#define OTHER_SCREEN "\033[?1049h"

struct screen {
	int outer; /* where the keyboard is, and what is said arrives */
	int inner; /* the verb's end, to see how it was left */
	char said[SCREEN_TEXT];
	size_t len; /* of it; 0: forget what was said before */
};

extern struct screen screen;

/* screen_open() - nothing is said on it yet. The caller's until screen_close() */
void screen_open(unsigned short rows, unsigned short columns);

/* screen_read() - wait for more that is said */
void screen_read(void);

/* screen_says() - was @text among it? */
bool screen_says(const char *text);

/* screen_await() - read until somebody has said @text, for as long as it takes */
void screen_await(const char *text);

/* screen_is_as_before() - lines are edited, echoed, and keys are signals */
bool screen_is_as_before(void);

void screen_close(void);

#endif
