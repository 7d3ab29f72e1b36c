// SPDX-License-Identifier: Apache-2.0
/*
 * guest/config/words.c - a bounded list of words, kept in one piece
 */
#include "guest/config/words.h"

#include <errno.h>
#include <string.h>

int words_add(struct words *w, const char *word, size_t n)
{
	if (w->count == WORDS_MAX || n >= sizeof(w->text) - w->used)
		return -E2BIG;
	memcpy(w->text + w->used, word, n);
	w->text[w->used + n] = '\0';
	w->used += n + 1;
	w->count++;
	return 0;
}

int words_split(struct words *w, const char *line)
{
	static const char blanks[] = " \t";
	int r = 0;

	for (line += strspn(line, blanks); *line && r == 0;) {
		size_t n = strcspn(line, blanks);

		r = words_add(w, line, n);
		line += n;
		line += strspn(line, blanks);
	}
	return r;
}

void words_vector(struct words *w, char *vector[static WORDS_MAX + 1])
{
	char *word = w->text;

	for (unsigned int i = 0; i < w->count; i++) {
		vector[i] = word;
		word += strlen(word) + 1;
	}
	vector[w->count] = NULL;
}
