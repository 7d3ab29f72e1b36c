/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/show.h - the shim's answers, for people
 *
 * Nothing here trusts an answer's shape: what is missing is left out.
 */
#ifndef HOST_VERBS_SHOW_H
#define HOST_VERBS_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

/* show_duration() - "850 us", "12.3 ms", "4.56 s", "3 min 20 s", "5 h 10 min",
 * "2 d 3 h" */
void show_duration(char *buf, size_t size, uint64_t us);

/*
 * show_time() - "2026-11-22 02:20:00", of this place
 * @s:	seconds since 1970
 * Return: false, and @buf is as it was: no calendar goes that far
 */
bool show_time(char *buf, size_t size, time_t s);

/*
 * show_column() - @text, and blanks up to @columns, a character being one
 * What goes beyond is not cut, but for 63 bytes; what steers a terminal goes.
 */
void show_column(FILE *out, const char *text, unsigned int columns);

/* show_json() - for programs, and a newline; @layout: JSON_COMPACT,
 * JSON_INDENT(2) ASCII alone, so that whoever sees it on a terminal is safe of
 * it too */
void show_json(FILE *out, const json_t *value, size_t layout);

/* show_status() - a table of one appliance's status */
void show_status(FILE *out, const json_t *status);

/* show_passage() - strategy, reason, cause and phases of a restart or end */
void show_passage(FILE *out, const char *name, const json_t *passage);

/* show_history() - a table of history entries, a line each */
void show_history(FILE *out, const json_t *entries);

/* show_plan() - what a reboot would do now, and could do */
void show_plan(FILE *out, const json_t *plan);

/* show_list() - the table of `ps`: objects with name, state and status
 * (host/verbs/ps.c) */
void show_list(FILE *out, const json_t *entries, bool colour);

#endif
