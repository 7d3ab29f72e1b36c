// SPDX-License-Identifier: Apache-2.0
/*
 * common/conf.c - strict files of `[section]` and `key = value`: the grammar
 *
 * Not here: what a value may be (common/conf_value.c).
 */
#include "common/conf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void conf_init(struct conf *c, const struct conf_key *keys, size_t count,
	       void *into, const char *file)
{
	*c = (struct conf){
		.keys = keys, .count = count, .into = into, .file = file
	};
}

__attribute__((format(printf, 2, 3))) static int fail(struct conf *c,
						      const char *fmt, ...)
{
	int n = snprintf(c->error, sizeof(c->error), "%s:%u: ", c->file,
			 c->line);
	va_list ap;

	if (n < 0 || (size_t)n >= sizeof(c->error))
		n = 0;
	va_start(ap, fmt);
	vsnprintf(c->error + n, sizeof(c->error) - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

void conf_append(char *list, size_t size, const char *word)
{
	size_t n = strlen(list);

	snprintf(list + n, size - n, "%s%s", n ? ", " : "", word);
}

/* The words that may stand here: sections, or the keys of one section. */
static void known_words(const struct conf *c, const char *section, char *list,
			size_t size)
{
	const char *last = "";

	list[0] = '\0';
	for (size_t i = 0; i < c->count; i++) {
		const struct conf_key *k = &c->keys[i];

		if (section && strcmp(k->section, section) == 0)
			conf_append(list, size, k->key);
		else if (!section && strcmp(k->section, last) != 0)
			conf_append(list, size, k->section);
		last = k->section;
	}
}

static int section_line(struct conf *c, char *text)
{
	size_t n = strlen(text);
	char list[256];

	if (text[n - 1] != ']')
		return fail(c, "found '%s', write [section]", text);
	text[n - 1] = '\0';
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->keys[i].section, text + 1) == 0) {
			c->section = c->keys[i].section;
			return 0;
		}
	}
	known_words(c, NULL, list, sizeof(list));
	return fail(c, "unknown section [%s], write one of: %s", text + 1,
		    list);
}

/* Cut white space off both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* It may be known to another section. Return: -EINVAL */
static int unknown_key(struct conf *c, const char *key)
{
	char list[256];

	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->keys[i].key, key) == 0)
			return fail(c, "'%s' stands in [%s], write it in [%s]",
				    key, c->section, c->keys[i].section);
	known_words(c, c->section, list, sizeof(list));
	return fail(c, "unknown key '%s' in [%s], write one of: %s", key,
		    c->section, list);
}

static int key_line(struct conf *c, char *key, char *value)
{
	char why[CONF_ERROR_MAX];

	for (size_t i = 0; i < c->count; i++) {
		const struct conf_key *k = &c->keys[i];

		if (strcmp(k->section, c->section) || strcmp(k->key, key))
			continue;
		if (c->line_of[i] && !k->repeats)
			return fail(c, "'%s' is given twice in [%s], keep one",
				    key, c->section);
		c->line_of[i] = c->line;
		if (conf_value(k, value, c->into, why) < 0)
			return fail(c, "%s = '%s': %.300s", key, value, why);
		return 0;
	}
	return unknown_key(c, key);
}

static int split_line(struct conf *c, char *text)
{
	char *equals = strchr(text, '=');

	if (text[0] == '[')
		return section_line(c, text);
	if (!equals)
		return fail(c,
			    "found '%s', write key = value, or # before a "
			    "comment",
			    text);
	if (!c->section)
		return fail(c, "found '%s' before any [section]", text);
	*equals = '\0';
	return key_line(c, trim(text), trim(equals + 1));
}

int conf_line(struct conf *c, const char *text, size_t len)
{
	char copy[CONF_LINE_MAX];
	char *line;

	if (c->error[0])
		return -EINVAL;
	c->line++;
	if (len >= sizeof(copy))
		return fail(c, "the line has %zu bytes, %d are allowed", len,
			    CONF_LINE_MAX - 1);
	if (memchr(text, '\0', len))
		return fail(c, "the line holds a NUL byte, write text");
	memcpy(copy, text, len);
	copy[len] = '\0';
	line = trim(copy);
	return *line == '\0' || *line == '#' ? 0 : split_line(c, line);
}

int conf_text(struct conf *c, const char *text, size_t len)
{
	int r = 0;

	while (r == 0 && len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		r = conf_line(c, text, n);
		n += end ? 1 : 0;
		text += n;
		len -= n;
	}
	return r;
}

int conf_finish(struct conf *c)
{
	if (c->error[0])
		return -EINVAL;
	for (size_t i = 0; i < c->count; i++) {
		const struct conf_key *k = &c->keys[i];

		if (k->required && !c->line_of[i])
			return fail(
				c, "the file ends without '%s' in [%s], add it",
				k->key, k->section);
	}
	return 0;
}

unsigned int conf_line_of(const struct conf *c, const char *section,
			  const char *key)
{
	for (size_t i = 0; i < c->count; i++)
		if (!strcmp(c->keys[i].section, section) &&
		    !strcmp(c->keys[i].key, key))
			return c->line_of[i];
	return 0;
}

int conf_blame(struct conf *c, const char *section, const char *key,
	       const char *what)
{
	if (!what)
		return 0;
	c->line = conf_line_of(c, section, key);
	return fail(c, "%s", what);
}
