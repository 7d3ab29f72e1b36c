/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/life.h - struct lc_saved as JSON, for the record
 *
 * What is zero is left out; times are microseconds of CLOCK_MONOTONIC.
 */
#ifndef HOST_CONFIG_LIFE_H
#define HOST_CONFIG_LIFE_H

#include <jansson.h>

#include "host/core/adopt.h"

/* life_json() - Return: a new reference; NULL: no memory */
json_t *life_json(const struct lc_saved *s);

/*
 * life_read() - @s: was all zero, written as far as it could be read
 * Return: 0; -EBADMSG: a name that nobody knows, a number out of range
 */
int life_read(const json_t *object, struct lc_saved *s);

#endif
