/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/show_drain.h - generations that drain, and who waits, for people
 *
 * Of a status as the shim gives it (ApplianceStatus of
 * host/link/io.reprise.varlink), whose shape is not trusted: what is missing is
 * left out.
 */
#ifndef HOST_VERBS_SHOW_DRAIN_H
#define HOST_VERBS_SHOW_DRAIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum { DRAIN_TEXT = 384 };

/* Writes a line of a table. */
typedef void drain_row_fn(FILE *out, const char *label, const char *text);

/*
 * show_drain() - "12.4 of 64.0 GiB, 1.3 GiB/s, 9 s left" of a Teardown
 * Where nobody can tell: since when it drains.
 */
void show_drain(const json_t *teardown, char text[static DRAIN_TEXT]);

/*
 * show_wait() - what the appliance waits for
 *
 * A start: for memory, in the ledger's words, behind how far the generations
 * before it have drained (a terminal may be narrow); an end: for those, all
 * together. Else, or where nobody can tell: "".
 */
void show_wait(const json_t *status, char text[static DRAIN_TEXT]);

/*
 * show_drain_rows() - a row of each generation that drains, and of the wait
 * @full:	with what QEMU holds, and of what drains the way and the helper
 */
void show_drain_rows(FILE *out, const json_t *status, bool full,
		     drain_row_fn *row);

#endif
