/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/help.h - what the program says of itself
 */
#ifndef HOST_VERBS_HELP_H
#define HOST_VERBS_HELP_H

#include <stdbool.h>
#include <stddef.h>

struct verb;

/* help_all() - every verb in two lines */
void help_all(const struct verb *verbs, size_t count);

/* help_verb() - one of them, with what each of its options does */
void help_verb(const struct verb *v);

/* help_words() - for completion: a line a verb, "NAME<TAB>USAGE<TAB>WHAT" */
void help_words(const struct verb *verbs, size_t count);

/* help_is_asked() - is --help or -h among the arguments of a verb? */
bool help_is_asked(int argc, char **argv);

#endif
