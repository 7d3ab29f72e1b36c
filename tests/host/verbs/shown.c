// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/shown.c - what a show_*() prints of a text in JSON
 */
#include "tests/host/verbs/shown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TEXT = 8192 };

const char *shown(void (*show)(FILE *out, const json_t *value),
		  const char *json)
{
	static char text[TEXT];
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(value);
	assert_non_null(out);
	show(out, value);
	assert_true(ftell(out) < TEXT - 1); /* all of it */
	assert_int_equal(fclose(out), 0);
	json_decref(value);
	return text;
}
