/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/keys.h - the language of the appliance file
 */
#ifndef HOST_CONFIG_KEYS_H
#define HOST_CONFIG_KEYS_H

#include "common/conf.h"

struct appliance;

/* keys_begin() - conf_init() for @a, which has its defaults already */
void keys_begin(struct conf *c, struct appliance *a, const char *file);

/* keys_defaults() - what a file leaves out, and all of one that is not there */
void keys_defaults(struct appliance *a);

/*
 * keys_note_line() - conf_line() has read a line: may it be blamed later?
 * @a:		its line numbers are kept up to date
 */
void keys_note_line(struct appliance *a, const struct conf *c);

#endif
