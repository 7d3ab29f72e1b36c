// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/colour.c - colour, where a person looks
 *
 * Green is as it should be, yellow passes, red needs somebody.
 */
#include "host/verbs/colour.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"

#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RED "\033[31m"

const char colour_end[] = "\033[0m";

bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && no[0]) && term && term[0] &&
	       strcmp(term, "dumb") != 0;
}

const char *colour_of(const char *state)
{
	static const struct {
		char state[16], colour[8];
	} colours[] = {
		{ "serving", GREEN },	 { "no shim", RED },
		{ "no answer", RED },	 { "failed", RED },
		{ "not permitted", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(colours); i++)
		if (strcmp(state, colours[i].state) == 0)
			return colours[i].colour;
	return YELLOW;
}
