/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/conf.h - strict files of `[section]` and `key = value`
 *
 * Theory of operation: a push parser. The caller states all sections and keys
 * in one table, hands over the text line by line, and asks at the end what was
 * missing. Whatever is not in the table is an error; so is a key given twice
 * (unless it may repeat) and a value without its unit. The first error stops
 * the reading; its one sentence names file and line, what was found and what
 * to write instead. No allocation, no system call, no file: host and guest
 * both link it.
 *
 *	# a comment has a line of its own
 *	[appliance]
 *	memory = 512 MiB
 */
#ifndef COMMON_CONF_H
#define COMMON_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_type {
	CONF_TEXT,   /* char[max]; the value's length is below max */
	CONF_WORD,   /* the same, one word that JSON and a path may have */
	CONF_BYTES,  /* uint64_t, bytes; "512 MiB" (KiB, MiB, GiB, TiB) */
	CONF_MS,     /* uint32_t, milliseconds; "500 ms", "30 s", "5 min" */
	CONF_NUMBER, /* uint32_t, plain */
	CONF_FLAG,   /* bool; yes or no */
	CONF_CHOICE, /* int, index into @choices */
	CONF_CALL,   /* @add decides */
};

struct conf_key {
	char section[12], key[20];
	enum conf_type type;
	bool required;
	bool repeats;	   /* CONF_CALL only: may stand more than once */
	uint16_t at;	   /* offsetof() in the target */
	uint64_t min, max; /* of BYTES, MS, NUMBER; TEXT, WORD: array size */
	union {
		const char *const *choices; /* ends with NULL */
		const char *text;	    /* TEXT: what it says, or NULL */
		/* Return: NULL, or what should have been written (static) */
		const char *(*add)(void *into, const char *value);
	};
};

enum { CONF_KEYS_MAX = 64, CONF_LINE_MAX = 512, CONF_ERROR_MAX = 512 };

struct conf {
	const struct conf_key *keys;
	size_t count;
	void *into;
	const char *file; /* for sentences only */
	unsigned int line;
	const char *section; /* one of keys[].section, or NULL */
	unsigned int line_of[CONF_KEYS_MAX]; /* keys[i]: 0: not given */
	char error[CONF_ERROR_MAX];	     /* "" while all is well */
};

/*
 * conf_init() - begin to read
 * @keys:	borrowed until conf_finish(); at most CONF_KEYS_MAX of them
 * @into:	what @at counts from; the caller has put the defaults in it
 * @file:	borrowed, the name for sentences
 */
void conf_init(struct conf *c, const struct conf_key *keys, size_t count,
	       void *into, const char *file);

/*
 * conf_line() - one line, without its newline
 * Return: 0; -EINVAL: c->error says why, and every later call fails too
 */
int conf_line(struct conf *c, const char *text, size_t len);

/* conf_text() - conf_line() for each line of @text. Return: as conf_line() */
int conf_text(struct conf *c, const char *text, size_t len);

/* conf_finish() - are all required keys there? Return: as conf_line() */
int conf_finish(struct conf *c);

/*
 * conf_line_of() - where does the file say `key` in [section]?
 * Return: the line, of one that repeats the last; 0: it does not
 */
unsigned int conf_line_of(const struct conf *c, const char *section,
			  const char *key);

/*
 * conf_blame() - refuse what several keys say together
 * @key:	the one to blame, which the file has
 * @what:	is wrong, and what to write instead; or NULL: nothing
 * Return: 0; -EINVAL: as conf_line()
 */
int conf_blame(struct conf *c, const char *section, const char *key,
	       const char *what);

/*
 * conf_value() - read one value by the rule of @k, store it at its place
 * Return: 0; -EINVAL: @why (CONF_ERROR_MAX bytes) says what to write
 */
int conf_value(const struct conf_key *k, const char *value, void *into,
	       char *why);

/*
 * conf_digits() - a decimal number: no sign, no blank, no overflow
 * @end:	set to what follows it
 * Return: false: there is none; *@v is not to be used
 */
bool conf_digits(const char *s, const char **end, uint64_t *v);

/* conf_append() - add ", word" to a list of words, cut at @size */
void conf_append(char *list, size_t size, const char *word);

#endif
