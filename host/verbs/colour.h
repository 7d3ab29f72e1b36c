/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/colour.h - colour, where a person looks
 */
#ifndef HOST_VERBS_COLOUR_H
#define HOST_VERBS_COLOUR_H

#include <stdbool.h>

/* colour_wanted() - is standard output a terminal that has some, and does
 * nobody say NO_COLOR (no-color.org)? */
bool colour_wanted(void);

/* colour_of() - what begins a state's colour; "": it has none */
const char *colour_of(const char *state);

/* colour_end() - what ends it */
extern const char colour_end[];

#endif
