// SPDX-License-Identifier: Apache-2.0
/*
 * guest/config/words.c - words between blanks, and a bounded list of them
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

size_t word_at(const char **at)
{
	*at += strspn(*at, " \t");
	return strcspn(*at, " \t");
}

bool word_next(const char **at, char word[static WORD_SIZE])
{
	size_t n = word_at(at);

	if (!n || n >= WORD_SIZE)
		return false;
	memcpy(word, *at, n);
	word[n] = '\0';
	*at += n;
	return true;
}

int words_split(struct words *w, const char *line)
{
	int r = 0;
	size_t n;

	while (r == 0 && (n = word_at(&line))) {
		r = words_add(w, line, n);
		line += n;
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
