/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/survey.h - what runs on this host, every shim asked
 */
#ifndef HOST_VERBS_SURVEY_H
#define HOST_VERBS_SURVEY_H

#include <jansson.h>

/* For who looks once: so long a shim may be kept waiting for a CPU. */
enum { SURVEY_MS = 5000 };

/*
 * survey_take() - what runs, and what has failed and stays down
 * @timeout_ms:	for the answer of a shim
 * Return: a new reference: objects as `ps --json` prints them (reprise(1));
 *	NULL: @error
 */
json_t *survey_take(int timeout_ms, char *error);

#endif
