/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/args.h - a verb's arguments
 */
#ifndef HOST_VERBS_ARGS_H
#define HOST_VERBS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

struct verb;

struct flag {
	const char *name;   /* "--wait" */
	bool *set;	    /* a flag without a value, or NULL */
	const char **value; /* one with a value: the next word, or after = */
};

/*
 * args_parse() - read flags and the one operand, in any order
 * @operand:	NULL: the verb takes none; else it must be there
 * Return: true; false: it was said on stderr what is wrong, with the usage
 */
bool args_parse(const struct verb *verb, int argc, char **argv,
		const struct flag *flags, size_t count, const char **operand);

#endif
