/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/config/key_rows.h - a good value of each key, and wrong ones
 */
#ifndef TESTS_HOST_CONFIG_KEY_ROWS_H
#define TESTS_HOST_CONFIG_KEY_ROWS_H

#include <stddef.h>

enum { KEY_WRONG_MAX = 10 };

struct key_row {
	const char *section, *key, *good;
	const char *instead; /* what a refusal tells to write */
	const char *wrong[KEY_WRONG_MAX];
};

extern const struct key_row key_rows[];
extern const size_t key_row_count;

#endif
