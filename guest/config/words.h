/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/config/words.h - words between blanks, and a bounded list of them
 *
 * The list is for argument vectors and environments: no pointers inside, so
 * that the struct may be copied; words_vector() makes the pointers when they
 * are needed.
 */
#ifndef GUEST_CONFIG_WORDS_H
#define GUEST_CONFIG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 64, WORDS_BYTES = 2048, WORD_SIZE = 64 };

/* word_at() - go to the next word. Return: its length; 0: none is left */
size_t word_at(const char **at);

/*
 * word_next() - the next word as a string, and go behind it
 * Return: false: none is left, or it is longer than any may be
 */
bool word_next(const char **at, char word[static WORD_SIZE]);

struct words {
	unsigned int count;
	size_t used;
	char text[WORDS_BYTES]; /* each ends with NUL */
};

/* words_add() - append @n bytes as a word. Return: 0; -E2BIG: no room */
int words_add(struct words *w, const char *word, size_t n);

/* words_split() - append what stands between blanks. Return: as words_add() */
int words_split(struct words *w, const char *line);

/* words_vector() - as execve(2) wants them; they point into @w */
void words_vector(struct words *w, char *vector[static WORDS_MAX + 1]);

#endif
