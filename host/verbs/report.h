/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/report.h - the shim's answers, for people
 *
 * Nothing here trusts an answer's shape: what is missing is left out.
 */
#ifndef HOST_VERBS_REPORT_H
#define HOST_VERBS_REPORT_H

#include <jansson.h>
#include <stdio.h>

/* report_status() - a table of one appliance's status */
void report_status(FILE *out, const json_t *status);

/* report_passage() - strategy, reason, cause and phases of a restart or end */
void report_passage(FILE *out, const char *name, const json_t *passage);

/* report_line() - a status in one line of `ps`; NULL: the headings */
void report_line(FILE *out, const char *name, const json_t *status);

#endif
