/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/verbs/shown.h - what a show_*() prints of a text in JSON
 */
#ifndef TESTS_HOST_VERBS_SHOWN_H
#define TESTS_HOST_VERBS_SHOWN_H

#include <jansson.h>
#include <stdio.h>

/*
 * shown() - what @show prints of @json
 * Return: the text, until the next call
 */
const char *shown(void (*show)(FILE *out, const json_t *value),
		  const char *json);

#endif
