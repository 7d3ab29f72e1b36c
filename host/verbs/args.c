// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/args.c - a verb's arguments
 */
#include "host/verbs/args.h"

#include <stdio.h>
#include <string.h>

#include "host/verbs/verbs.h"

static bool wrong(const struct verb *verb, const char *what, const char *word)
{
	fprintf(stderr, "reprise %s: %s%s%s%s; write: reprise %s %s\n",
		verb->name, what, word[0] ? " '" : "", word, word[0] ? "'" : "",
		verb->name, verb->usage);
	return false;
}

/* Is @word this flag? @value: what stands after "=", or NULL. */
static bool is_flag(const struct flag *f, const char *word, const char **value)
{
	size_t n = strlen(f->name);

	*value = strncmp(word, f->name, n) == 0 && word[n] == '=' ? word + n + 1
								  : NULL;
	return *value || strcmp(word, f->name) == 0;
}

/* Return: words used, 0 if something was wrong with it */
static int take_flag(const struct verb *verb, char **argv,
		     const struct flag *flags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct flag *f = &flags[i];
		const char *value;

		if (!is_flag(f, argv[0], &value))
			continue;
		if (f->set && !value) {
			*f->set = true;
			return 1;
		}
		if (f->set)
			return wrong(verb, "no value belongs to", f->name);
		*f->value = value ? value : argv[1];
		if (!*f->value)
			return wrong(verb, "a value is missing after", f->name);
		return value ? 1 : 2;
	}
	return wrong(verb, "unknown option", argv[0]);
}

bool args_parse(const struct verb *verb, int argc, char **argv,
		const struct flag *flags, size_t count, const char **operand)
{
	const char *found = NULL;
	int used;

	for (int i = 0; i < argc; i += used) {
		used = 1;
		if (argv[i][0] == '-') {
			used = take_flag(verb, argv + i, flags, count);
			if (!used)
				return false;
		} else if (found || !operand) {
			return wrong(verb, "too much:", argv[i]);
		} else {
			found = argv[i];
		}
	}
	if (operand && !found)
		return wrong(verb, "its argument is missing", "");
	if (operand)
		*operand = found;
	return true;
}
