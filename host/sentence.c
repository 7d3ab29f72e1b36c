// SPDX-License-Identifier: Apache-2.0
/*
 * host/sentence.c - the one sentence that says why something was refused
 */
#include "host/sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

int sentence(char *error, int r, const char *fmt, ...)
{
	static const char cut[] = "...";
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(error, SENTENCE_MAX, fmt, ap);
	va_end(ap);
	if (n >= SENTENCE_MAX)
		memcpy(error + utf8_whole(error, SENTENCE_MAX - sizeof(cut)),
		       cut, sizeof(cut));
	return r;
}
